package dev.caravan.inference.nn;

import dev.caravan.inference.onnx.Attribute;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * y = x Wᵀ + b with W stored [out,in] as PyTorch does, so that it is used in place. Where W was quantized, its scale is multiplied in by the
 * product's own factor.
 */
public final class Linear {

    private Linear() {}

    /** {@code x [S,in] -> [S,out]}; weights {@code path.weight} and {@code path.bias}. */
    public static Value withBias(Net net, String path, Value x) {
        return stored(net, path, List.of(x, net.weight(path + ".weight"), net.weight(path + ".bias")));
    }

    /** {@code x [S,in] -> [S,out]}; weight {@code path.weight}. */
    public static Value withoutBias(Net net, String path, Value x) {
        return stored(net, path, List.of(x, net.weight(path + ".weight")));
    }

    /** {@code x [S,in] -> [S,out]} with weights made elsewhere. */
    public static Value of(Net net, String path, Value x, Value weight, Value bias) {
        return gemm(net, path, 1, List.of(x, weight, bias));
    }

    private static Value stored(Net net, String path, List<Value> in) {
        return gemm(net, path, net.weights().scale(path + ".weight"), in);
    }

    private static Value gemm(Net net, String path, float scale, List<Value> in) {
        return scale == 1
                ? net.op(path, Op.onnx("Gemm"), new ArrayList<>(in), Attribute.of("transB", 1))
                : net.op(path, Op.onnx("Gemm"), new ArrayList<>(in), Attribute.of("transB", 1), Attribute.of("alpha", scale));
    }
}
