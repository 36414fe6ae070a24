package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.text.Interpolation;
import dev.caravan.inference.text.WeightedPrompt;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The first chunks of a model that was just loaded, for nobody: a device chooses kernels and reserves memory when it computes with a shape
 * for the first time, which a large model makes a first viewer wait for. They are those of a stream that is closed afterwards, so that
 * nothing of them is left. Where there is nothing to choose, as on the CPU, they are made too: a load is to end the same way everywhere.
 */
final class WarmUp {

    private static final String PROMPT = "a majestic sunset";

    private WarmUp() {}

    /**
     * @throws InterruptedException                       when the load was given up; noticed between chunks
     * @throws dev.caravan.inference.ort.OrtException when the device has no memory for a stream, or fails
     */
    static void run(CausalFamily family, CausalNetworks networks, LoadSettings settings, Progress progress) throws InterruptedException {
        if (family.warmUpChunks() == 0) {
            return;
        }
        progress.stage("Warming up model...");
        ChunkRequest request = new ChunkRequest(List.of(), List.of(new WeightedPrompt(PROMPT, 1)), Interpolation.LINEAR, Optional.empty(),
                settings.steps(), RequestReader.DEFAULT_NOISE_SCALE, false, true, false, VaceRequest.NONE, OptionalDouble.empty(), Map.of());
        try (ChunkGenerator generator = new ChunkGenerator(family, networks, settings.seed(), ChunkProbe.NONE)) {
            for (int chunk = 0; chunk < family.warmUpChunks(); chunk++) {
                requireWanted();
                generator.next(request, rgb -> {});
            }
        }
        requireWanted();
    }

    private static void requireWanted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}
