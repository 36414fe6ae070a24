package dev.caravan.inference.nn;

import dev.caravan.inference.onnx.Attribute;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.Shape;
import java.util.List;

/** Element by element. */
public final class Activations {

    private Activations() {}

    /** x·sigmoid(x). QuickGelu with alpha 1 is that and has kernels for every type on both providers; Swish has none on CUDA. */
    public static Value silu(Net net, String path, Value x) {
        return net.op(path, Op.microsoft("QuickGelu"), List.of(x), Attribute.of("alpha", 1.0f));
    }

    /** {@link #gelu} of x + bias in one node; bias {@code [D]} is that of the projection before. */
    public static Value geluOfSum(Net net, String path, Value x, Value bias) {
        return net.op(path, Op.microsoft("FastGelu"), List.of(x, bias));
    }

    /** GELU in its tanh form: 0.5x(1 + tanh(√(2/π)(x + 0.044715x³))). */
    public static Value gelu(Net net, String path, Value x) {
        return net.op(path, Op.onnx("Gelu"), List.of(x), Attribute.of("approximate", "tanh"));
    }

    /** max(x, 0). */
    public static Value relu(Net net, String path, Value x) {
        return net.op(path, Op.onnx("Relu"), List.of(x));
    }

    /** tanh(x / limit) · limit: what is far outside is drawn to the limit, what is near zero stays. */
    public static Value softLimit(Net net, String path, Value x, float limit) {
        Value range = net.constant("const." + limit, Shape.of(), limit);
        return net.mul(path, net.op(path, Op.onnx("Tanh"), List.of(net.div(path, x, range))), range);
    }
}
