package dev.caravan.inference.nn;

import dev.caravan.inference.onnx.Attribute;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import java.util.List;

/** Attention of several heads, the one place that chooses its operator. */
public final class Attention {

    private Attention() {}

    /**
     * softmax(scale · q kᵀ) v, every query seeing every key. Without bias and mask, so that CUDA takes its flash kernel.
     *
     * @param q [1,S,heads·d]
     * @param k [1,T,heads·d]
     * @param v as k
     * @return [1,S,heads·d]
     */
    public static Value full(Net net, String path, Value q, Value k, Value v, int heads, double scale) {
        return net.op(path, Op.microsoft("MultiHeadAttention"), List.of(q, k, v),
                Attribute.of("num_heads", heads), Attribute.of("scale", (float) scale));
    }

    /** As {@link #full} with {@code bias [1,heads or 1,S,T]} added to the scores. */
    public static Value biased(Net net, String path, Value q, Value k, Value v, Value bias, int heads, double scale) {
        return net.op(path, Op.microsoft("MultiHeadAttention"), List.of(q, k, v, Value.NONE, Value.NONE, bias),
                Attribute.of("num_heads", heads), Attribute.of("scale", (float) scale));
    }

    /**
     * softmax(scale · q kᵀ) v of one head of any size, step by step: flash kernels end at a head size of 256.
     *
     * @param q [B,S,d]
     * @param k [B,T,d]
     * @param v [B,T,d]
     * @return [B,S,d]
     */
    public static Value singleHead(Net net, String path, Value q, Value k, Value v, double scale) {
        Value scores = net.op(path + "/scores", Op.microsoft("FusedMatMul"), List.of(q, k),
                Attribute.of("transB", 1), Attribute.of("alpha", (float) scale));
        Value shares = net.op(path + "/shares", Op.onnx("Softmax"), List.of(scores), Attribute.of("axis", -1));
        return net.op(path, Op.onnx("MatMul"), List.of(shares, v));
    }
}
