package dev.caravan.inference.nn;

import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.List;

/** Between the bytes of pictures and the numbers that networks compute with. */
public final class Pictures {

    private Pictures() {}

    /** Bytes as numbers 0 to 255. */
    public static Value numbers(Net net, String path, Value bytes) {
        return net.cast(path, bytes, net.compute());
    }

    /** Numbers cut to {@code low..high} and rounded to the nearest byte. */
    public static Value rounded(Net net, String path, Value numbers, float low, float high) {
        Value cut = clip(net, path, numbers, net.constant(path + ".low", Shape.of(), low), net.constant(path + ".high", Shape.of(), high));
        // A cast cuts the fraction off.
        return net.cast(path, net.add(path, cut, net.constant(path + ".half", Shape.of(), 0.5f)), DType.U8);
    }

    /** Bytes of which every one is replaced by {@code value}. */
    public static Value filled(Net net, String path, Value bytes, int value) {
        Value only = net.graph().constant(path + ".value", DType.U8, Shape.of(), new byte[] {(byte) value});
        return clip(net, path, bytes, only, only);
    }

    /**
     * {@code [3,T,H,W]} in [-1,1] as bytes {@code [T,H,W,3]}: 255·(x/2 + 1/2), what is outside clamped, fractions cut off, not rounded (spec
     * overview.md, last section). In fp32, as bf16 tells no 256 levels apart and has no Clip on CUDA.
     */
    public static Value frames(Net net, String path, Value x) {
        Value half = fp32(net, 0.5f);
        Value exact = net.cast(path + "/exact", x, DType.F32);
        Value unit = net.add(path + "/unit", net.mul(path + "/half", exact, half), half);
        Value levels = net.mul(path + "/levels", unit, fp32(net, 255));
        Value clamped = clip(net, path, levels, fp32(net, 0), fp32(net, 255));
        return net.transpose(path, net.cast(path + "/cut", clamped, DType.U8), 1, 2, 3, 0);
    }

    private static Value clip(Net net, String path, Value x, Value low, Value high) {
        return net.op(path, Op.onnx("Clip"), List.of(x, low, high));
    }

    private static Value fp32(Net net, float value) {
        return net.constant("fp32." + value, DType.F32, Shape.of(), value);
    }
}
