package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.wan.TransformerState;
import java.util.Optional;

/**
 * What guides the denoise steps of one chunk; closed after the last of them, so that it guides no other pass (spec models/vace.md §3). The
 * one place where a context meets the transformer.
 *
 * @param context empty when nothing guides them
 * @param scale   strength of the hints, 0..2
 */
record Guidance(TransformerState transformer, Optional<VaceContext> context, double scale, ChunkProbe probe) implements AutoCloseable {

    void begin() {
        if (context.isPresent()) {
            transformer.setVace(context.get().tensor(), scale);
            probe.guided(context.get(), scale);
        }
    }

    @Override
    public void close() {
        if (context.isPresent()) {
            try {
                transformer.withoutVace();
                probe.unguided();
            } finally {
                context.get().close();
            }
        }
    }
}
