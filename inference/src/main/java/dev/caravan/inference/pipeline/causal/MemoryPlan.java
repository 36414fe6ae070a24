package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.Transformer;
import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.TransformerOptions;
import dev.caravan.inference.wan.TransformerWeights;
import dev.caravan.inference.wan.VaceModule;
import dev.caravan.inference.wan.VaceWeights;
import dev.caravan.inference.wan.vae.VideoAutoencoders;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What a model and its streams take on the device, in bytes, as it is reckoned before anything is loaded: so that who asks for more than
 * there is learns it in a line and at once, and nobody's running session pays for it. Weights, caches and states are exact; what runs need
 * in between is an estimate.
 *
 * @param what   for example {@code longlive at 576x320}
 * @param model  weights and room to run, once
 * @param stream for each session
 */
record MemoryPlan(String what, long model, long stream) {

    /** Latent frames of a step: those of a first chunk from video. */
    private static final int MOST_OF_A_STEP = 4;

    /**
     * Reckons from what the files say of themselves.
     *
     * @param options       of the transformer
     * @param text          the text encoder's file
     * @param weights       the generator's, opened
     * @param vae           what the autoencoder takes
     * @param cacheFrames   slots of a stream's caches
     */
    static MemoryPlan of(
            String what,
            LoadSettings settings,
            TransformerConfig config,
            LatentSize size,
            TransformerOptions options,
            Checkpoint text,
            GeneratorWeights weights,
            VideoAutoencoders.Memory vae,
            int cacheFrames) {
        DType compute = options.compute();
        boolean cpu = compute == DType.F32;
        long transformer = 0;
        for (Shape weight : TransformerWeights.required(config).values()) {
            // On the CPU they are widened when they are loaded.
            boolean narrow = settings.float8() && !cpu && weight.rank() == 2;
            transformer += weight.bytes(narrow ? DType.F8_E4M3 : compute);
        }
        transformer += weights.adapterNumbers() * compute.bytes();
        long guided = 0;
        int vaceBlocks = weights.vaceBlocks();
        if (vaceBlocks > 0) {
            transformer += VaceWeights.required(config, vaceBlocks).values().stream().mapToLong(weight -> weight.bytes(compute)).sum();
            guided = VaceModule.streamBytes(config, size, compute, vaceBlocks, cacheFrames, Math.min(cacheFrames, MOST_OF_A_STEP));
        }
        // On the CPU the encoder's weights are pages of its file, which the system can take back.
        long encoder = cpu ? 0 : text.tensors().values().stream().mapToLong(tensor -> tensor.shape().bytes(tensor.dtype())).sum();
        return new MemoryPlan(what, transformer + encoder + vae.model() + Transformer.workingBytes(config, size, options, cacheFrames),
                vae.stream() + guided + Transformer.streamBytes(config, size, options, cacheFrames));
    }

    /** @throws PipelineException when the model and a first session do not fit in what is free */
    void requireModel(Device device) throws PipelineException {
        require(device, what, model + stream, ": " + gigabytes(model) + " for the model and " + gigabytes(stream) + " for each session",
                "choose a smaller size, fp8 weights or another VAE, or unload other pipelines");
    }

    /** @throws PipelineException when another session does not fit in what is free */
    void requireStream(Device device) throws PipelineException {
        require(device, "another session of " + what, stream, "", "end other sessions or load a smaller size");
    }

    private static void require(Device device, String what, long needed, String parts, String advice) throws PipelineException {
        OptionalLong free = device.memory().free();
        if (free.isPresent() && free.getAsLong() < needed) {
            throw new PipelineException("not enough memory on the inference device for " + what + ": it needs " + gigabytes(needed)
                    + " and " + gigabytes(free.getAsLong()) + " are free" + parts + "; " + advice, true);
        }
    }

    private static String gigabytes(long bytes) {
        return bytes < 1_000_000_000 ? Math.ceilDiv(bytes, 1_000_000) + " MB" : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }
}
