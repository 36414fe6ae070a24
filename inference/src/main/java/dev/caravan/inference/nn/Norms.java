package dev.caravan.inference.nn;

import dev.caravan.inference.onnx.Attribute;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import java.util.Arrays;
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

    /**
     * An addition and the LayerNorm of what came out, in one node. On CUDA its statistics are fp32 because the provider is told so.
     *
     * @param x     [S,D]
     * @param added [S,D]
     * @param bias  [D], added too, or {@link Value#NONE}
     * @param scale [D], constant or computed
     * @param shift [D], constant or computed
     */
    public static Sum sumAndLayer(
            Net net, String path, Value x, Value added, Value bias, Value scale, Value shift, float epsilon) {
        List<Value> made = net.graph().nodes(path, Op.microsoft("SkipLayerNormalization"), Arrays.asList(x.dtype(), null, null, x.dtype()),
                List.of(x, added, scale, shift, bias), Attribute.of("epsilon", epsilon));
        return new Sum(made.get(3), made.get(0));
    }

    /**
     * A sum and its norm.
     *
     * @param sum    [S,D]
     * @param normed [S,D]
     */
    public record Sum(Value sum, Value normed) {}
}
