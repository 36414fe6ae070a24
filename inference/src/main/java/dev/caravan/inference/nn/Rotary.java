package dev.caravan.inference.nn;

import dev.caravan.inference.onnx.Attribute;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.DType;
import java.util.List;

/** Rotary positions. */
public final class Rotary {

    private Rotary() {}

    /**
     * Turns each pair of neighbouring channels (2i, 2i+1) of each head by an angle: (a, b) becomes (a cos - b sin, a sin + b cos).
     * Computed in fp32 whatever the type of x: angles of a thousand radians leave bf16 tables no precision (spec causal-wan.md §7).
     *
     * @param x   [1,S,heads·d]
     * @param cos [S,d/2] F32, a row per token
     * @param sin as cos
     * @return [1,S,heads·d]
     */
    public static Value interleaved(Net net, String path, Value x, Value cos, Value sin, int heads) {
        Value wide = net.cast(path + ".f32", x, DType.F32);
        // The tables have a row for each token in order: positions count up from this offset.
        Value turned = net.op(path, Op.microsoft("RotaryEmbedding"), List.of(wide, net.ints(0), cos, sin),
                Attribute.of("interleaved", 1), Attribute.of("num_heads", heads));
        return net.cast(path + "." + x.dtype(), turned, x.dtype());
    }
}
