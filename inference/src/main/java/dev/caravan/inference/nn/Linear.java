package dev.caravan.inference.nn;

import dev.caravan.inference.onnx.Attribute;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import java.util.ArrayList;
import java.util.List;

/** y = x Wᵀ + b with W stored [out,in] as PyTorch does, so that it is used in place. */
public final class Linear {

    private Linear() {}

    /** {@code x [S,in] -> [S,out]}; weights {@code path.weight} and {@code path.bias}. */
    public static Value withBias(Net net, String path, Value x) {
        return gemm(net, path, List.of(x, net.weight(path + ".weight"), net.weight(path + ".bias")));
    }

    /** {@code x [S,in] -> [S,out]}; weight {@code path.weight}. */
    public static Value withoutBias(Net net, String path, Value x) {
        return gemm(net, path, List.of(x, net.weight(path + ".weight")));
    }

    /** {@code x [S,in] -> [S,out]} with weights made elsewhere. */
    public static Value of(Net net, String path, Value x, Value weight, Value bias) {
        return gemm(net, path, List.of(x, weight, bias));
    }

    private static Value gemm(Net net, String path, List<Value> in) {
        return net.op(path, Op.onnx("Gemm"), new ArrayList<>(in), Attribute.of("transB", 1));
    }
}
