package dev.caravan.inference.nn;

import dev.caravan.inference.onnx.Attribute;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import java.util.List;

/** Normalisations over the last axis; statistics in fp32. */
public final class Norms {

    private Norms() {}

    /** LayerNorm: {@code (x - mean) / sqrt(var + epsilon) * scale + shift}; scale and shift {@code [D]}, constant or computed. */
    public static Value layer(Net net, String path, Value x, Value scale, Value shift, float epsilon) {
        return net.op(path, Op.onnx("LayerNormalization"), List.of(x, scale, shift),
                Attribute.of("axis", -1), Attribute.of("epsilon", epsilon));
    }

    /** RMSNorm: {@code x / sqrt(mean(x²) + epsilon) * scale}; scale {@code [D]}. */
    public static Value rms(Net net, String path, Value x, Value scale, float epsilon) {
        return net.op(path, Op.onnx("RMSNormalization"), List.of(x, scale), Attribute.of("axis", -1), Attribute.of("epsilon", epsilon));
    }
}
