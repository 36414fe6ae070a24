package dev.caravan.inference.nn;

import dev.caravan.inference.onnx.Attribute;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Convolutions over pictures {@code [N,C,H,W]} and videos {@code [N,C,T,H,W]}, kernels {@code [out,in,...]} stored as PyTorch does, so that
 * they are used in place; and what makes pictures larger. Only operators that have bf16 kernels on CUDA, so no Pad and no Resize.
 */
public final class Convolutions {

    private Convolutions() {}

    /** Weights {@code path.weight} and {@code path.bias}. */
    public static Value withBias(Net net, String path, Value x, Window window) {
        return conv(net, path, List.of(x, net.weight(path + ".weight"), net.weight(path + ".bias")), window);
    }

    /** As {@link #withBias(Net, String, Value, Window)} with the kernel read under another shape: a 2-D one as a 3-D one of one frame. */
    public static Value withBias(Net net, String path, Value x, Window window, Shape kernel) {
        return conv(net, path, List.of(x, net.weight(path + ".weight", kernel), net.weight(path + ".bias")), window);
    }

    /** Weight {@code path.weight}. */
    public static Value withoutBias(Net net, String path, Value x, Window window) {
        return conv(net, path, List.of(x, net.weight(path + ".weight")), window);
    }

    /**
     * Every pixel becomes a square of four.
     *
     * @param planes pictures times channels
     * @param as     shape of the result
     */
    public static Value nearestTwice(Net net, String path, Value x, long planes, long height, long width, long... as) {
        Value pixels = net.reshape(path + "/pixels", x, planes, height, 1, width, 1);
        Value squares = net.op(path, Op.onnx("Expand"), List.of(pixels, net.ints(1, 1, 2, 1, 2)));
        return net.reshape(path + "/picture", squares, as);
    }

    private static Value conv(Net net, String path, List<Value> in, Window window) {
        List<Attribute> attributes = new ArrayList<>();
        if (window.strides().length > 0) {
            attributes.add(Attribute.of("strides", window.strides()));
        }
        if (window.pads().length > 0) {
            attributes.add(Attribute.of("pads", window.pads()));
        }
        return net.op(path, Op.onnx("Conv"), in, attributes.toArray(Attribute[]::new));
    }
}
