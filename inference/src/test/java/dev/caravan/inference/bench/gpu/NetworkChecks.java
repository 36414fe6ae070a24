package dev.caravan.inference.bench.gpu;

import dev.caravan.inference.bench.FigureTable;
import dev.caravan.inference.bench.RandomWeights;
import dev.caravan.inference.bench.Timing;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.builtin.EdgesPipeline;
import dev.caravan.inference.pipeline.builtin.GrayPipeline;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.text.PromptEmbedding;
import dev.caravan.inference.wan.LatentMix;
import dev.caravan.inference.wan.umt5.TextEncoder;
import dev.caravan.inference.wan.umt5.Umt5Weights;
import dev.caravan.inference.wan.vae.TrueVaeGraphs;
import dev.caravan.inference.wan.vae.VaeOptions;
import dev.caravan.inference.wan.vae.VaeType;
import dev.caravan.inference.wan.vae.VideoAutoencoder;
import dev.caravan.inference.wan.vae.VideoAutoencoders;
import dev.caravan.inference.wan.vae.VideoCodec;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** The networks around the transformer. */
final class NetworkChecks {

    private static final int[] SMALL = {16, 16, 32, 64, 64};
    private static final int LATENTS = 3;

    private NetworkChecks() {}

    /** A small autoencoder in the device's narrow types against fp32 on the CPU: pictures and latents. */
    static String vaeAccuracy(Rig rig) throws Exception {
        Checkpoint weights = RandomWeights.write(rig.file("small-vae"), DType.F32, TrueVaeGraphs.weights(SMALL));
        Pass reference = pass(rig.reference(), weights, 32, 48, DType.F32);
        StringBuilder report = new StringBuilder();
        for (DType dtype : narrow(rig)) {
            Pass ours = pass(rig.device(), weights, 32, 48, dtype);
            report.append("%s%s: latents %s, pictures %s".formatted(report.isEmpty() ? "" : "; ", dtype,
                    Likeness.of(reference.latents, ours.latents).atLeast(0.995),
                    Likeness.of(reference.pictures, ours.pictures).atLeast(0.995)));
        }
        return report.toString();
    }

    /** The published size: time for the three latents of a chunk, in both directions. */
    static String vaeSpeed(Rig rig) throws Exception {
        Checkpoint weights = RandomWeights.write(rig.file("vae"), DType.F32, TrueVaeGraphs.weights(rig.sizes().vaeChannels()));
        int height = rig.sizes().height();
        int width = rig.sizes().width();
        StringBuilder report = new StringBuilder("%dx%d".formatted(height, width));
        for (DType dtype : narrow(rig)) {
            try (VideoAutoencoder vae = load(rig.device(), weights, height, width, dtype);
                    VideoCodec codec = vae.open();
                    Tensor latents = latents(rig.device(), height, width)) {
                float[] pixels = noise(3 * 12 * height * width, 5);
                codec.encode(noise(3 * height * width, 4), 1).close();
                codec.decode(latents, rgb -> {});
                double decode = Timing.median(3, () -> {
                    codec.decode(latents, rgb -> {});
                    return null;
                });
                double encode = Timing.median(3, () -> {
                    codec.encode(pixels, 12).close();
                    return null;
                });
                try (Tensor encoded = codec.encode(pixels, 12)) {
                    for (float value : encoded.floats()) {
                        Check.require(Float.isFinite(value), dtype + ": an encoded latent is not finite");
                    }
                }
                report.append("; %s: decode %s ms, encode %s ms a chunk".formatted(
                        dtype, FigureTable.number(decode), FigureTable.number(encode)));
            }
        }
        return report.toString();
    }

    private record Pass(float[] latents, float[] pictures) {}

    private static Pass pass(Device device, Checkpoint weights, int height, int width, DType dtype) throws CheckpointException {
        try (VideoAutoencoder vae = load(device, weights, height, width, dtype);
                VideoCodec codec = vae.open();
                Tensor encoded = codec.encode(noise(3 * 9 * height * width, 6), 9);
                Tensor latents = latents(device, height, width)) {
            ByteArrayOutputStream pictures = new ByteArrayOutputStream();
            codec.decode(latents, pictures::writeBytes);
            byte[] bytes = pictures.toByteArray();
            float[] samples = new float[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                // About their middle: bytes that are all positive are all alike.
                samples[i] = (bytes[i] & 0xff) - 127.5f;
            }
            return new Pass(encoded.floats(), samples);
        }
    }

    private static VideoAutoencoder load(Device device, Checkpoint weights, int height, int width, DType dtype) throws CheckpointException {
        return VideoAutoencoders.load(new VaeOptions(VaeType.WAN, height, width, dtype).withLatents(DType.F32), weights, device);
    }

    private static Tensor latents(Device device, int height, int width) {
        Shape shape = Shape.of(LATENTS, 16, height / 8, width / 8);
        return device.of(DType.F32, shape, noise((int) shape.elements(), 7));
    }

    private static List<DType> narrow(Rig rig) {
        return rig.cuda() ? List.of(DType.BF16, DType.F16) : List.of(DType.F32);
    }

    /** Two blocks of the text encoder, whose attention has a bias. */
    static String textEncoder(Rig rig) throws Exception {
        Checkpoint weights = RandomWeights.write(rig.file("text"), DType.BF16, Umt5Weights.required(rig.sizes().text()));
        int[] ids = IntStream.range(0, rig.sizes().tokens()).map(i -> 3 + i * 7 % 250).toArray();
        float[] reference;
        try (TextEncoder encoder = TextEncoder.load(rig.reference(), weights, ids.length)) {
            reference = encoder.encode(ids).values();
        }
        try (TextEncoder encoder = TextEncoder.load(rig.device(), weights, ids.length)) {
            PromptEmbedding made = encoder.encode(ids);
            double millis = Timing.median(rig.sizes().repeats(), () -> encoder.encode(ids));
            return "%s; %d tokens, %d blocks: %s ms".formatted(Likeness.of(reference, made.values()).atLeast(0.999), ids.length,
                    rig.sizes().text().layers(), FigureTable.number(millis));
        }
    }

    /** A session on CUDA allows no node on the CPU, so whatever loads runs on the device as a whole. */
    static String filters(Rig rig) throws Exception {
        for (Pipeline pipeline : List.of(new GrayPipeline(PipelineSchema.load("gray"), rig::device),
                new EdgesPipeline(PipelineSchema.load("edges"), rig::device))) {
            try (LoadedPipeline loaded = pipeline.load(new LoadRequest(Map.of(), Path.of(".")), Progress.NONE)) {
                Check.require(loaded.notes().isEmpty(), loaded.notes().toString());
            }
        }
        new LatentMix(rig.device()).close();
        return "gray, edges and mixing load with " + (rig.device().provider() == Provider.CUDA ? "no node on the CPU" : "the CPU");
    }

    private static float[] noise(int count, int seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) Math.clamp(0.5 * random.nextGaussian(), -1, 1);
        }
        return values;
    }
}
