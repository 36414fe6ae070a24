package dev.caravan.inference.nn;

import dev.caravan.inference.onnx.Attribute;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.Shape;
import java.util.List;

/** Steps of picture filters: channels mixed, slopes found. All weights are fixed and lie in the graph. */
public final class Filters {

    /** Sobel's two kernels, [2,1,3,3]: how the brightness grows to the right, and downwards. */
    private static final float[] SOBEL = {
        -1, 0, 1, -2, 0, 2, -1, 0, 1,
        -1, -2, -1, 0, 0, 0, 1, 2, 1
    };

    private Filters() {}

    /**
     * Sums of channels: {@code x [...,in] -> [...,out]}.
     *
     * @param weights for each channel that comes in its share in those that go out
     */
    public static Value mix(Net net, String path, Value x, float[][] weights) {
        int out = weights[0].length;
        float[] flat = new float[weights.length * out];
        for (int i = 0; i < weights.length; i++) {
            System.arraycopy(weights[i], 0, flat, i * out, out);
        }
        return net.op(path, Op.onnx("MatMul"), List.of(x, net.constant(path + ".weight", Shape.of(weights.length, out), flat)));
    }

    /**
     * How steep the brightness is at each pixel: the length of Sobel's gradient, 4 times a step between two flat areas on both sides of
     * it. Beyond the borders the last row and column go on. {@code plane [1,1,H,W] -> [1,1,H,W]}.
     */
    public static Value slope(Net net, String path, Value plane) {
        Value wider = net.op(path, Op.onnx("Pad"), List.of(plane, net.ints(0, 0, 1, 1, 0, 0, 1, 1)), Attribute.of("mode", "edge"));
        Value gradient = net.op(path, Op.onnx("Conv"), List.of(wider, net.constant(path + ".sobel", Shape.of(2, 1, 3, 3), SOBEL)));
        return net.op(path, Op.onnx("ReduceL2"), List.of(gradient, net.ints(1)), Attribute.of("keepdims", 1));
    }
}
