package dev.caravan.inference.nn;

import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.List;

/** Between what networks make and what is shown. */
public final class Pictures {

    private Pictures() {}

    /**
     * {@code [3,T,H,W]} in [-1,1] as bytes {@code [T,H,W,3]}: 255·(x/2 + 1/2), what is outside clamped, fractions cut off, not rounded (spec
     * overview.md, last section). In fp32, as bf16 tells no 256 levels apart and has no Clip on CUDA.
     */
    public static Value bytes(Net net, String path, Value x) {
        Value half = fp32(net, 0.5f);
        Value exact = net.cast(path + "/exact", x, DType.F32);
        Value unit = net.add(path + "/unit", net.mul(path + "/half", exact, half), half);
        Value levels = net.mul(path + "/levels", unit, fp32(net, 255));
        Value clamped = net.op(path, Op.onnx("Clip"), List.of(levels, fp32(net, 0), fp32(net, 255)));
        return net.transpose(path, net.cast(path + "/cut", clamped, DType.U8), 1, 2, 3, 0);
    }

    private static Value fp32(Net net, float value) {
        return net.constant("fp32." + value, DType.F32, Shape.of(), value);
    }
}
