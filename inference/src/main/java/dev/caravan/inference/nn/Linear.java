package dev.caravan.inference.nn;

import dev.caravan.inference.onnx.Attribute;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * y = x Wᵀ + b with W stored [out,in] as PyTorch does, so that it is used in place. Where W was quantized, its scale is multiplied in by the
 * product's own factor. Whatever the network's adapters change in a layer is added here and nowhere else.
 */
public final class Linear {

    private Linear() {}

    /** {@code x [S,in] -> [S,out]}; weights {@code path.weight} and {@code path.bias}. */
    public static Value withBias(Net net, String path, Value x) {
        return adapted(net, path, x, stored(net, path, List.of(x, net.weight(path + ".weight"), net.weight(path + ".bias"))));
    }

    /** {@code x [S,in] -> [S,out]}; weight {@code path.weight}. */
    public static Value withoutBias(Net net, String path, Value x) {
        return adapted(net, path, x, stored(net, path, List.of(x, net.weight(path + ".weight"))));
    }

    /** {@code x [S,in] -> [S,out]} with weights made elsewhere, which no adapter knows. */
    public static Value of(Net net, String path, Value x, Value weight, Value bias) {
        return gemm(net, path, 1, List.of(x, weight, bias));
    }

    private static Value stored(Net net, String path, List<Value> in) {
        return gemm(net, path, net.weights().scale(path + ".weight"), in);
    }

    private static Value adapted(Net net, String path, Value x, Value y) {
        Value sum = y;
        for (int number = 0; number < net.adapters().size(); number++) {
            LowRank change = net.adapters().get(number).layers().get(path);
            if (change != null) {
                sum = added(net, path + ".adapter." + number, x, change, strength(net, number), sum);
            }
        }
        return sum;
    }

    /** {@code sum + scale · strength · (x Aᵀ) Bᵀ}: the strength on the thin side, the sum by the product itself. */
    private static Value added(Net net, String path, Value x, LowRank change, Value strength, Value sum) {
        Value down = net.weight(path + ".down", change.down(), change.down().shape());
        Value up = net.weight(path + ".up", change.up(), change.up().shape());
        Value thin = net.mul(path + ".strength", gemm(net, path + ".down", 1, List.of(x, down)), strength);
        return gemm(net, path + ".up", change.scale(), List.of(thin, up, sum));
    }

    private static Value strength(Net net, int number) {
        String input = Adapter.input(number);
        return net.graph().memo(input, () -> net.cast(input + ".cast", net.input(input, DType.F32, Dim.of(1)), net.compute()));
    }

    private static Value gemm(Net net, String path, float scale, List<Value> in) {
        return scale == 1
                ? net.op(path, Op.onnx("Gemm"), new ArrayList<>(in), Attribute.of("transB", 1))
                : net.op(path, Op.onnx("Gemm"), new ArrayList<>(in), Attribute.of("transB", 1), Attribute.of("alpha", scale));
    }
}
