package dev.caravan.inference.wan.vae;

import dev.caravan.inference.nn.Net;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Narrow;
import dev.caravan.inference.tensor.Shape;

/** Mean and standard deviation of each channel of the Wan VAE's latents, and the scaling by them (spec vae.md §1). */
final class LatentStatistics {

    private static final float[] MEAN = {
        -0.7571f, -0.7089f, -0.9113f, 0.1075f, -0.1745f, 0.9653f, -0.1517f, 1.5508f,
        0.4134f, -0.0715f, 0.5517f, -0.3632f, -0.1922f, -0.9497f, 0.2503f, -0.2921f
    };
    private static final float[] STD = {
        2.8184f, 1.4541f, 2.3275f, 2.6558f, 1.2196f, 1.7708f, 2.6052f, 2.0743f,
        3.2687f, 2.1526f, 2.8652f, 1.5579f, 1.6382f, 1.1253f, 2.8251f, 1.9160f
    };
    private static final Shape PER_CHANNEL = Shape.of(1, VaeOptions.CHANNELS, 1, 1);

    private LatentStatistics() {}

    static float mean(int channel) {
        return MEAN[channel];
    }

    static float std(int channel) {
        return STD[channel];
    }

    /** {@code (x - mean) · (1/std)} of {@code [N,16,h,w]}; the inverse is rounded to the computed type, as the reference has it. */
    static Value normaliseByInverse(Net net, String path, Value x) {
        return net.mul(path, net.sub(path, x, mean(net)), inverse(net));
    }

    /** {@code x / (1/std) + mean} of {@code [N,16,h,w]}. */
    static Value denormaliseByInverse(Net net, String path, Value x) {
        return net.add(path, net.div(path, x, inverse(net)), mean(net));
    }

    /** {@code (x - mean) / std} of {@code [N,16,h,w]}. */
    static Value normalise(Net net, String path, Value x) {
        return net.div(path, net.sub(path, x, mean(net)), std(net));
    }

    /** {@code x · std + mean} of {@code [N,16,h,w]}. */
    static Value denormalise(Net net, String path, Value x) {
        return net.add(path, net.mul(path, x, std(net)), mean(net));
    }

    private static Value mean(Net net) {
        return net.constant("latents.mean", PER_CHANNEL, MEAN);
    }

    private static Value std(Net net) {
        return net.constant("latents.std", PER_CHANNEL, STD);
    }

    private static Value inverse(Net net) {
        float[] inverse = new float[STD.length];
        for (int i = 0; i < inverse.length; i++) {
            inverse[i] = 1 / round(STD[i], net.compute());
        }
        return net.constant("latents.1/std", PER_CHANNEL, inverse);
    }

    private static float round(float value, DType dtype) {
        return switch (dtype) {
            case BF16 -> Narrow.roundToBf16(value);
            case F16 -> Narrow.fromF16(Narrow.toF16(value));
            default -> value;
        };
    }
}
