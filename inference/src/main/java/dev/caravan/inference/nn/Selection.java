package dev.caravan.inference.nn;

import dev.caravan.inference.onnx.Attribute;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.DType;
import java.util.List;

/** Choosing among blocks of tokens; scores are fp32. */
public final class Selection {

    private Selection() {}

    /**
     * The blocks whose mean token has the largest dot products with the mean of some other tokens, for each head by itself.
     *
     * @param blocks [B,f,D]
     * @param about  [1,S,D]
     * @param heads  equal parts of D; 1 to compare whole tokens
     * @param count  how many, at most B
     * @return I64 [count,heads]: numbers of blocks, the best first; of two that are alike the first block first
     */
    public static Value best(Net net, String path, Value blocks, Value about, int heads, int count) {
        Value products = net.mul(path + ".products", mean(net, path + ".blocks", blocks), mean(net, path + ".about", about));
        Value byHead = net.reshape(path + ".heads", products, 0, heads, -1);
        Value scores = net.op(path + ".scores", Op.onnx("ReduceSum"), List.of(byHead, net.ints(2)), Attribute.of("keepdims", 0));
        return net.graph().nodes(path, Op.onnx("TopK"), List.of(DType.F32, DType.I64), List.of(scores, net.ints(count)),
                Attribute.of("axis", 0), Attribute.of("largest", 1), Attribute.of("sorted", 1)).get(1);
    }

    /** {@code [n,tokens,D] -> [n,D]}. CUDA takes no means of narrow numbers, nor should one. */
    private static Value mean(Net net, String path, Value x) {
        Value wide = net.cast(path + ".wide", x, DType.F32);
        return net.op(path + ".mean", Op.onnx("ReduceMean"), List.of(wide, net.ints(1)), Attribute.of("keepdims", 0));
    }
}
