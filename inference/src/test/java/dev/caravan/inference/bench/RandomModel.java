package dev.caravan.inference.bench;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.pipeline.causal.TimedStream;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.text.PromptEmbedding;
import dev.caravan.inference.text.PromptEncoder;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.Transformer;
import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.TransformerOptions;
import dev.caravan.inference.wan.TransformerWeights;
import dev.caravan.inference.wan.umt5.TextEncoder;
import dev.caravan.inference.wan.umt5.Umt5Config;
import dev.caravan.inference.wan.umt5.Umt5Weights;
import dev.caravan.inference.wan.vae.TrueVaeGraphs;
import dev.caravan.inference.wan.vae.VaeOptions;
import dev.caravan.inference.wan.vae.VaeType;
import dev.caravan.inference.wan.vae.VideoAutoencoder;
import dev.caravan.inference.wan.vae.VideoAutoencoders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * The files of a LongLive with random weights.
 *
 * @param text empty to take random embeddings in place of a text encoder
 */
public record RandomModel(
        String name, TransformerConfig config, Checkpoint transformer, Checkpoint vae, Optional<Checkpoint> text, DType stored) {

    /** As small as the set of random weights that a hub is tried with: a chunk of 320x576 in about a second on two cores. */
    public static RandomModel tiny(Path folder) throws CheckpointException {
        TransformerConfig config = new TransformerConfig(32, 96, 2, 3, 64, 32, 512, 1e-6f);
        Umt5Config text = new Umt5Config(256, 32, 32, 64, 2, 2, 32, 128);
        return new RandomModel("tiny", config,
                RandomWeights.write(folder.resolve("tiny.safetensors"), DType.F32, TransformerWeights.required(config)),
                RandomWeights.write(folder.resolve("tiny-vae.safetensors"), DType.F32, TrueVaeGraphs.weights(4, 4, 8, 16, 16)),
                Optional.of(RandomWeights.write(folder.resolve("tiny-text.safetensors"), DType.F32, Umt5Weights.required(text))),
                DType.F32);
    }

    /** LongLive as it is published but for its text encoder: 2.84 GB in bf16 and 0.25 GB. */
    public static RandomModel full(Path folder) throws CheckpointException {
        TransformerConfig config = TransformerConfig.WAN_1_3B;
        return new RandomModel("1.3B", config,
                RandomWeights.write(folder.resolve("full.safetensors"), DType.BF16, TransformerWeights.required(config)),
                RandomWeights.write(folder.resolve("full-vae.safetensors"), DType.BF16, TrueVaeGraphs.weights()), Optional.empty(),
                DType.BF16);
    }

    /** Computes as the engine would on this device. */
    public static DType compute(Device device) {
        return device.provider() == Provider.CPU ? DType.F32 : DType.BF16;
    }

    /**
     * Loads the networks and opens a stream on them.
     *
     * @param memory gets the bytes of device memory that each part took, where the device can tell
     */
    public TimedStream open(Device device, int height, int width, Map<String, Long> memory) throws CheckpointException {
        DType compute = compute(device);
        LatentSize size = LatentSize.ofPictures(height, width);
        MemoryMeter meter = new MemoryMeter(device, memory);
        TextPart prompts = text(device);
        meter.took("text encoder");
        Transformer network = Transformer.load(device, config, size, transformer::get, TransformerOptions.of(compute));
        meter.took("transformer");
        VideoAutoencoder autoencoder =
                VideoAutoencoders.load(new VaeOptions(VaeType.WAN, height, width, compute).withLatents(DType.F32), vae, device);
        meter.took("VAE");
        TimedStream stream = new TimedStream(device, compute, size, prompts.encoder(), prompts.owner(), network, autoencoder);
        meter.took("one stream");
        return stream;
    }

    private TextPart text(Device device) throws CheckpointException {
        int length = config.textLen();
        if (text.isEmpty()) {
            return new TextPart(prompt -> embedding(prompt, length, config.textDim()), () -> {});
        }
        TextEncoder encoder = TextEncoder.load(device, text.get(), length);
        // Letters are tokens enough.
        return new TextPart(prompt -> encoder.encode(prompt.chars().limit(length).map(letter -> letter & 0xff).toArray()), encoder);
    }

    private record TextPart(PromptEncoder encoder, AutoCloseable owner) {}

    private static PromptEmbedding embedding(String prompt, int rows, int width) {
        Random random = new Random(prompt.hashCode());
        float[] values = new float[rows * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new PromptEmbedding(rows, width, values);
    }

    /** Frees the disk; networks loaded from the files are closed before. */
    public void delete() throws java.io.IOException {
        Files.deleteIfExists(transformer.path());
        Files.deleteIfExists(vae.path());
    }

    /** What is gone of a device's free memory since one asked last. */
    private static final class MemoryMeter {

        private final Device device;
        private final Map<String, Long> parts;
        private long free;

        private MemoryMeter(Device device, Map<String, Long> parts) {
            this.device = device;
            this.parts = parts;
            free = device.memory().free().orElse(0);
        }

        private void took(String part) {
            long now = device.memory().free().orElse(0);
            parts.put(part, free - now);
            free = now;
        }
    }

    /** An empty list of parts, in the order they are added. */
    public static Map<String, Long> parts() {
        return new LinkedHashMap<>();
    }
}
