package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.wan.TransformerState;
import dev.caravan.inference.wan.VideoCodec;

/** What a stream has on the device: all of it, or nothing when there was no memory for some. */
record StreamParts(TransformerState transformer, VideoCodec codec, LatentHistory history) implements AutoCloseable {

    static StreamParts open(CausalFamily family, CausalNetworks networks, int cacheFrames) {
        TransformerState transformer = networks.transformer().open(cacheFrames);
        try {
            VideoCodec codec = networks.vae().open();
            try {
                int kept = Math.max(1, family.recachedLatents());
                return new StreamParts(transformer, codec, new LatentHistory(networks.device(), kept, networks.size()));
            } catch (RuntimeException e) {
                codec.close();
                throw e;
            }
        } catch (RuntimeException e) {
            transformer.close();
            throw e;
        }
    }

    @Override
    public void close() {
        try {
            history.close();
        } finally {
            try {
                codec.close();
            } finally {
                transformer.close();
            }
        }
    }
}
