package dev.caravan.inference.wan.vae;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Names and shapes of the weights of the Wan VAE, which follow from five numbers of channels (spec vae.md §2). */
public final class WanVaeWeights {

    /** Sizes of picture that the network works at. */
    static final int LEVELS = 4;
    static final int ENCODER_RESIDUALS = 2;
    static final int DECODER_RESIDUALS = 3;
    /** Mean and logarithm of the variance of each latent channel. */
    private static final int MOMENTS = 2 * VaeOptions.CHANNELS;
    private static final int RGB = 3;

    private static final String[] TELLING = {
        "encoder.conv1", "encoder.downsamples.0.residual.2", "encoder.downsamples.3.residual.2", "encoder.downsamples.6.residual.2",
        "encoder.downsamples.9.residual.2"
    };
    private static final int[] ORIGINAL = {96, 96, 192, 384, 384};

    private final Map<String, Shape> shapes = new LinkedHashMap<>();

    private WanVaeWeights() {}

    /** What a checkpoint must hold, its channels being as it says itself. */
    static Map<String, Shape> required(Checkpoint checkpoint) {
        int[] channels = new int[TELLING.length];
        for (int i = 0; i < channels.length; i++) {
            Optional<Shape> shape = checkpoint.find(TELLING[i] + ".weight").map(StoredTensor::shape).filter(s -> s.rank() == 5);
            channels[i] = shape.isPresent() ? (int) Math.clamp(shape.get().dim(0), 1, VaeOptions.MOST_CHANNELS) : ORIGINAL[i];
        }
        return required(channels);
    }

    /** @param c channels behind the encoder's first convolution and at each level, the largest picture first: {@code 96, 96, 192, 384, 384} */
    public static Map<String, Shape> required(int... c) {
        WanVaeWeights weights = new WanVaeWeights();
        weights.encoder(c);
        weights.pointwise("conv1", MOMENTS, MOMENTS);
        weights.pointwise("conv2", VaeOptions.CHANNELS, VaeOptions.CHANNELS);
        weights.decoder(c);
        return weights.shapes;
    }

    private void encoder(int[] c) {
        conv3("encoder.conv1", RGB, c[0]);
        int index = 0;
        for (int level = 0; level < LEVELS; level++) {
            for (int i = 0; i < ENCODER_RESIDUALS; i++) {
                residual("encoder.downsamples." + index++, i == 0 ? c[level] : c[level + 1], c[level + 1]);
            }
            if (level < LEVELS - 1) {
                String down = "encoder.downsamples." + index++;
                conv(down + ".resample.1", c[level + 1], c[level + 1], 3, 3);
                if (level > 0) {
                    conv(down + ".time_conv", c[level + 1], c[level + 1], 3, 1, 1);
                }
            }
        }
        ends("encoder", c[LEVELS], c[LEVELS], MOMENTS);
    }

    private void decoder(int[] c) {
        conv3("decoder.conv1", VaeOptions.CHANNELS, c[LEVELS]);
        int index = 0;
        for (int level = 0; level < LEVELS; level++) {
            int out = c[LEVELS - level];
            int in = level == 0 ? out : c[LEVELS - level + 1] / 2;
            for (int i = 0; i < DECODER_RESIDUALS; i++) {
                residual("decoder.upsamples." + index++, i == 0 ? in : out, out);
            }
            if (level < LEVELS - 1) {
                String up = "decoder.upsamples." + index++;
                conv(up + ".resample.1", out, out / 2, 3, 3);
                if (level < LEVELS - 2) {
                    conv(up + ".time_conv", out, 2 * out, 3, 1, 1);
                }
            }
        }
        ends("decoder", c[LEVELS], c[1], RGB);
    }

    private void ends(String side, int middle, int head, int out) {
        residual(side + ".middle.0", middle, middle);
        shapes.put(side + ".middle.1.norm.gamma", Shape.of(middle, 1, 1));
        conv(side + ".middle.1.to_qkv", middle, 3 * middle, 1, 1);
        conv(side + ".middle.1.proj", middle, middle, 1, 1);
        residual(side + ".middle.2", middle, middle);
        shapes.put(side + ".head.0.gamma", Shape.of(head, 1, 1, 1));
        conv3(side + ".head.2", head, out);
    }

    private void residual(String path, int in, int out) {
        shapes.put(path + ".residual.0.gamma", Shape.of(in, 1, 1, 1));
        conv3(path + ".residual.2", in, out);
        shapes.put(path + ".residual.3.gamma", Shape.of(out, 1, 1, 1));
        conv3(path + ".residual.6", out, out);
        if (in != out) {
            pointwise(path + ".shortcut", in, out);
        }
    }

    private void pointwise(String path, int in, int out) {
        conv(path, in, out, 1, 1, 1);
    }

    private void conv3(String path, int in, int out) {
        conv(path, in, out, 3, 3, 3);
    }

    private void conv(String path, int in, int out, long... kernel) {
        long[] dims = new long[kernel.length + 2];
        dims[0] = out;
        dims[1] = in;
        System.arraycopy(kernel, 0, dims, 2, kernel.length);
        shapes.put(path + ".weight", Shape.of(dims));
        shapes.put(path + ".bias", Shape.of(out));
    }
}
