package dev.caravan.inference.wan.vae;

import dev.caravan.inference.nn.Activations;
import dev.caravan.inference.nn.Convolutions;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.nn.Window;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.tensor.Shape;

/**
 * The TAE as graphs (spec vae.md §4): 2-D convolutions on pictures {@code [T,C,H,W]}, and blocks that also see what they saw one frame
 * earlier. As nothing else looks back, one latent at a time gives what all at once would.
 *
 * <pre>
 * encode: 4 frames -> conv -> T/2 -> /2 -> 3 blocks -> T/2 -> /2 -> 3 blocks -> /2 -> 3 blocks -> conv -> latent
 * decode: latent -> limit -> conv -> 3 blocks -> x2 -> conv -> 3 blocks -> x2, 2T -> conv -> 3 blocks -> x2, 2T -> conv -> conv -> 4 frames
 * </pre>
 */
final class TaeNetwork {

    /** Blocks with a memory at each size. */
    static final int MEMORIES = 3;

    private static final Window SAME = Window.padded(1, 1, 1, 1);
    private static final Window HALF = new Window(new long[] {2, 2}, new long[] {1, 1, 1, 1});
    private static final float LIMIT = 3;

    private final Weights weights;
    private final VaeOptions options;
    private final Provider provider;

    /** @param weights all that {@link TaeWeights} says, in just these shapes */
    TaeNetwork(Weights weights, VaeOptions options, Provider provider) {
        this.weights = weights;
        this.options = options;
        this.provider = provider;
    }

    /** Four frames give one latent. */
    VaeGraph encode() {
        VaeStep step = new VaeStep("enc", weights, options, provider);
        Net net = step.net();
        FeatureMap pixels = step.pixels(VaeOptions.FRAMES);
        Value half = net.constant("const.half", Shape.of(), 0.5f);
        Value unit = net.add("unit", net.mul("unit", pixels.value(), half), half);
        Value channels = net.reshape("unit", unit, pixels.channels(), pixels.frames(), pixels.height(), pixels.width());
        FeatureMap x = pixels.with(net.transpose("unit", channels, 1, 0, 2, 3));
        x = relu(step, "encoder.1", conv(step, "encoder.0", x, true));
        int index = 2;
        for (int frames : new int[] {2, 2, 1}) {
            x = pool(step, "encoder." + index++, x, frames);
            x = halve(step, "encoder." + index++, x);
            for (int i = 0; i < MEMORIES; i++) {
                x = memory(step, "encoder." + index++, x);
            }
        }
        Value latent = Convolutions.withBias(net, "encoder." + index, x.value(), SAME);
        boolean normalised = options.type().normalised() && options.normalisedEncode();
        step.giveLatent(normalised ? LatentStatistics.normalise(net, "normalised", latent) : latent);
        return step.build(VaeOptions.FRAMES);
    }

    /** One latent gives four frames; those before the last of the very first latent stand for no time and are not shown. */
    VaeGraph decode() {
        VaeStep step = new VaeStep("dec", weights, options, provider);
        Net net = step.net();
        FeatureMap latent = step.latent();
        Value z = options.type().normalised() ? LatentStatistics.denormalise(net, "denormalised", latent.value()) : latent.value();
        FeatureMap x = latent.with(Activations.softLimit(net, "decoder.0", z, LIMIT));
        x = relu(step, "decoder.2", conv(step, "decoder.1", x, true));
        int index = 3;
        for (int frames : new int[] {1, 2, 2}) {
            for (int i = 0; i < MEMORIES; i++) {
                x = memory(step, "decoder." + index++, x);
            }
            x = doubleSize(step, "decoder." + index++, x);
            x = grow(step, "decoder." + index++, x, frames);
            x = conv(step, "decoder." + index++, x, false);
        }
        x = conv(step, "decoder." + (index + 1), relu(step, "decoder." + index, x), true);
        // From [0,1] to [-1,1].
        Value two = net.constant("const.two", Shape.of(), 2);
        Value one = net.constant("const.one", Shape.of(), 1);
        Value centred = net.sub("centred", net.mul("centred", x.value(), two), one);
        step.givePictures(net.transpose("centred", centred, 1, 0, 2, 3), x.frames());
        return step.build(x.frames());
    }

    /** {@code ReLU(conv(ReLU(conv(ReLU(conv([x, past]))))) + x)}, past being x one frame earlier. */
    private static FeatureMap memory(VaeStep step, String path, FeatureMap x) {
        Net net = step.net();
        Value inner = net.concat(path + "/with_past", 1, x.value(), past(step, path, x));
        for (int layer = 0; layer <= 2; layer += 2) {
            String conv = path + ".conv." + layer;
            inner = Activations.relu(net, conv, Convolutions.withBias(net, conv, inner, SAME));
        }
        Value outer = Convolutions.withBias(net, path + ".conv.4", inner, SAME);
        return x.with(Activations.relu(net, path, net.add(path, outer, x.value())));
    }

    /** Every frame's predecessor; the last frame is left for the next step. Both are cut from one tensor: see {@link VaeStep#leave}. */
    private static Value past(VaeStep step, String path, FeatureMap x) {
        Net net = step.net();
        Shape one = Shape.of(1, x.channels(), x.height(), x.width());
        Value all = net.concat(path + "/frames", 0, step.state(path, one), x.value());
        step.leave(path, net.slice(path + "/last", all, 0, x.frames(), x.frames() + 1L), one);
        return net.slice(path + "/past", all, 0, 0, x.frames());
    }

    /** Several frames, the earlier first, become one. */
    private static FeatureMap pool(VaeStep step, String path, FeatureMap x, int frames) {
        int pooled = x.frames() / frames;
        Value together = step.net().reshape(path, x.value(), pooled, (long) frames * x.channels(), x.height(), x.width());
        Value one = Convolutions.withoutBias(step.net(), path + ".conv", together, Window.ONE);
        return new FeatureMap(one, x.channels(), pooled, x.height(), x.width());
    }

    /** One frame becomes several. */
    private static FeatureMap grow(VaeStep step, String path, FeatureMap x, int frames) {
        int grown = x.frames() * frames;
        Value together = Convolutions.withoutBias(step.net(), path + ".conv", x.value(), Window.ONE);
        Value apart = step.net().reshape(path, together, grown, x.channels(), x.height(), x.width());
        return new FeatureMap(apart, x.channels(), grown, x.height(), x.width());
    }

    private static FeatureMap halve(VaeStep step, String path, FeatureMap x) {
        Value half = Convolutions.withoutBias(step.net(), path, x.value(), HALF);
        return new FeatureMap(half, x.channels(), x.frames(), x.height() / 2, x.width() / 2);
    }

    private static FeatureMap doubleSize(VaeStep step, String path, FeatureMap x) {
        int height = 2 * x.height();
        int width = 2 * x.width();
        Value twice = Convolutions.nearestTwice(step.net(), path, x.value(), (long) x.frames() * x.channels(), x.height(), x.width(),
                x.frames(), x.channels(), height, width);
        return new FeatureMap(twice, x.channels(), x.frames(), height, width);
    }

    private static FeatureMap conv(VaeStep step, String path, FeatureMap x, boolean bias) {
        Net net = step.net();
        Value made = bias ? Convolutions.withBias(net, path, x.value(), SAME) : Convolutions.withoutBias(net, path, x.value(), SAME);
        return x.with(made, Math.toIntExact(net.shapeOf(path + ".weight").dim(0)));
    }

    private static FeatureMap relu(VaeStep step, String path, FeatureMap x) {
        return x.with(Activations.relu(step.net(), path, x.value()));
    }
}
