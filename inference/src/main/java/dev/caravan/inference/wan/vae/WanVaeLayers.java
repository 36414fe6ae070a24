package dev.caravan.inference.wan.vae;

import dev.caravan.inference.nn.Activations;
import dev.caravan.inference.nn.Attention;
import dev.caravan.inference.nn.Convolutions;
import dev.caravan.inference.nn.Linear;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Norms;
import dev.caravan.inference.nn.Window;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.Shape;

/**
 * The layers of the Wan VAE (spec vae.md §2, §3) on videos {@code [1,C,T,H,W]}. Convolutions over time look back only: each keeps the last
 * frames it saw as a state under its own name, zeros at the beginning, so that a video may be cut anywhere.
 */
final class WanVaeLayers {

    private static final int C = 1;
    private static final int T = 2;
    /** How far the convolutions look back. */
    private static final int PAST = 2;

    private static final Window SPACE = Window.padded(0, 1, 1, 0, 1, 1);
    private static final Window HALF_SPACE = new Window(new long[] {1, 2, 2}, new long[] {0, 0, 0, 0, 1, 1});
    private static final Window HALF_TIME = Window.strided(2, 1, 1);

    private final VaeStep step;
    private final Net net;

    WanVaeLayers(VaeStep step) {
        this.step = step;
        this.net = step.net();
    }

    /** 1x1x1: channels of each pixel are mixed. */
    FeatureMap pointwise(String path, FeatureMap x) {
        return x.with(Convolutions.withBias(net, path, x.value(), Window.ONE), outputs(path));
    }

    /** 3x3x3, over this frame and the two before. */
    FeatureMap causal(String path, FeatureMap x) {
        return x.with(Convolutions.withBias(net, path, withPast(path, x, PAST), SPACE), outputs(path));
    }

    /** {@code shortcut(x) + conv(SiLU(norm(conv(SiLU(norm x)))))}. */
    FeatureMap residual(String path, FeatureMap x) {
        FeatureMap inner = causal(path + ".residual.2", normSilu(path + ".residual.0", x));
        FeatureMap outer = causal(path + ".residual.6", normSilu(path + ".residual.3", inner));
        FeatureMap skip = x.channels() == outer.channels() ? x : pointwise(path + ".shortcut", x);
        return outer.with(net.add(path, skip.value(), outer.value()));
    }

    /** {@code SiLU(x / ‖x‖ · √C · gamma)}, the norm taken over the channels of each pixel. */
    FeatureMap normSilu(String path, FeatureMap x) {
        Value activated = Activations.silu(net, path, norm(path, x));
        return x.with(net.transpose(path + "/channels_first", activated, 0, 4, 1, 2, 3));
    }

    /** Attention of one head among the pixels of each frame, added to its input. */
    FeatureMap attention(String path, FeatureMap x) {
        long c = x.channels();
        long pixels = (long) x.height() * x.width();
        Value rows = net.reshape(path + ".norm", norm(path + ".norm", x), x.frames() * pixels, c);
        Value qkv = Linear.of(net, path + ".to_qkv", rows,
                net.weight(path + ".to_qkv.weight", Shape.of(3 * c, c)), net.weight(path + ".to_qkv.bias"));
        Value[] part = new Value[3];
        for (int i = 0; i < part.length; i++) {
            Value columns = net.slice(path + "." + "qkv".charAt(i), qkv, 1, i * c, (i + 1) * c);
            part[i] = net.reshape(path + "." + "qkv".charAt(i), columns, x.frames(), pixels, c);
        }
        Value attended = net.reshape(path + ".attended",
                Attention.singleHead(net, path, part[0], part[1], part[2], 1 / Math.sqrt(c)), x.frames() * pixels, c);
        Value projected = Linear.of(net, path + ".proj", attended,
                net.weight(path + ".proj.weight", Shape.of(c, c)), net.weight(path + ".proj.bias"));
        Value video = net.reshape(path + ".proj", projected, 1, x.frames(), x.height(), x.width(), c);
        return x.with(net.add(path, x.value(), net.transpose(path + ".proj", video, 0, 4, 1, 2, 3)));
    }

    /** Half the height and width; the kernel reaches over the right and bottom edges. */
    FeatureMap halveSpace(String path, FeatureMap x) {
        Value half = Convolutions.withBias(net, path + ".resample.1", x.value(), HALF_SPACE, picture(path + ".resample.1"));
        return new FeatureMap(half, outputs(path + ".resample.1"), x.frames(), x.height() / 2, x.width() / 2);
    }

    /** Twice the height and width. */
    FeatureMap doubleSpace(String path, FeatureMap x) {
        int height = 2 * x.height();
        int width = 2 * x.width();
        Value twice = Convolutions.nearestTwice(net, path, x.value(), (long) x.channels() * x.frames(), x.height(), x.width(),
                1, x.channels(), x.frames(), height, width);
        Value smooth = Convolutions.withBias(net, path + ".resample.1", twice, SPACE, picture(path + ".resample.1"));
        return new FeatureMap(smooth, outputs(path + ".resample.1"), x.frames(), height, width);
    }

    /** Two frames become one, the frame before them being seen too; an odd one at the end gives nothing yet. */
    FeatureMap halveTime(String path, FeatureMap x) {
        String conv = path + ".time_conv";
        int frames = x.frames() / 2;
        if (frames == 0) {
            beginTime(path, x);
            return new FeatureMap(x.value(), x.channels(), 0, x.height(), x.width());
        }
        Value half = Convolutions.withBias(net, conv, withPast(conv, x, 1), HALF_TIME);
        return new FeatureMap(half, outputs(conv), frames, x.height(), x.width());
    }

    /** In place of {@link #halveTime} for a single frame that is passed on as it is: it only leaves it for the next. */
    FeatureMap beginTime(String path, FeatureMap x) {
        step.leave(path + ".time_conv", x.value(), past(x, 1));
        return x;
    }

    /** One frame becomes two. */
    FeatureMap doubleTime(String path, FeatureMap x) {
        String conv = path + ".time_conv";
        Value pairs = Convolutions.withBias(net, conv, withPast(conv, x, PAST), Window.ONE);
        Value split = net.reshape(conv + "/pair", pairs, 2, x.channels(), x.frames(), x.height(), x.width());
        Value inOrder = net.transpose(conv, split, 1, 2, 0, 3, 4);
        Value video = net.reshape(conv + "/video", inOrder, 1, x.channels(), 2L * x.frames(), x.height(), x.width());
        return new FeatureMap(video, x.channels(), 2 * x.frames(), x.height(), x.width());
    }

    /** As {@code [1,T,H,W,C]}, which the operator wants. */
    private Value norm(String path, FeatureMap x) {
        Value last = net.transpose(path + "/channels_last", x.value(), 0, 2, 3, 4, 1);
        // Far below any number that occurs: it only keeps a pixel of zeros from becoming 0/0, as the reference's 1e-12 does.
        return Norms.rms(net, path, last, net.weight(path + ".gamma", Shape.of(x.channels())), x.channels() * 1e-24f);
    }

    /** The frames before x in front of it; what is then last is left for the next step. */
    private Value withPast(String path, FeatureMap x, int count) {
        Shape shape = past(x, count);
        Value all = net.concat(path + "/past", T, step.state(path, shape), x.value());
        step.leave(path, net.slice(path + "/last", all, T, -count, Long.MAX_VALUE), shape);
        return all;
    }

    private static Shape past(FeatureMap x, int count) {
        return Shape.of(1, x.channels(), count, x.height(), x.width());
    }

    /** A 2-D kernel as one over a single frame: videos need not be turned into pictures for it. */
    private Shape picture(String path) {
        Shape stored = net.shapeOf(path + ".weight");
        return Shape.of(stored.dim(0), stored.dim(C), 1, stored.dim(2), stored.dim(3));
    }

    private int outputs(String path) {
        return Math.toIntExact(net.shapeOf(path + ".weight").dim(0));
    }
}
