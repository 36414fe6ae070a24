package dev.caravan.inference.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import org.junit.jupiter.api.Test;

class ConvolutionsTest {

    private final Net net = new Net(new Graph("layers"), name -> null, DType.F32, Provider.CPU);

    @Test
    void everyPixelBecomesASquareOfFour() {
        Value x = net.input("x", DType.F32, Dim.of(1, 2, 1, 2));
        net.graph().output("y", Convolutions.nearestTwice(net, "up", x, 2, 1, 2, 1, 2, 2, 4), Dim.of(1, 2, 2, 4));
        assertArrayEquals(new float[] {1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4},
                run(Shape.of(1, 2, 1, 2), new float[] {1, 2, 3, 4}, Shape.of(1, 2, 2, 4)));
    }

    @Test
    void aSoftLimitLeavesWhatIsSmallAndHoldsBackWhatIsLarge() {
        Value x = net.input("x", DType.F32, Dim.of(4));
        net.graph().output("y", Activations.softLimit(net, "limit", x, 3), Dim.of(4));
        Deviation.within("limited", new float[] {0.01f, (float) (3 * Math.tanh(1)), 3, -3},
                run(Shape.of(4), new float[] {0.01f, 3, 100, -100}, Shape.of(4)), 1e-6);
    }

    @Test
    void oneHeadOfAttentionWeighsValuesByTheLikenessOfTheirKeys() {
        Value x = net.input("x", DType.F32, Dim.of(1, 2, 1));
        net.graph().output("y", Attention.singleHead(net, "attn", x, x, x, 0.5), Dim.of(1, 2, 1));
        double first = (1 * Math.exp(0.5) + 3 * Math.exp(1.5)) / (Math.exp(0.5) + Math.exp(1.5));
        double second = (1 * Math.exp(1.5) + 3 * Math.exp(4.5)) / (Math.exp(1.5) + Math.exp(4.5));
        Deviation.within("attended", new float[] {(float) first, (float) second},
                run(Shape.of(1, 2, 1), new float[] {1, 3}, Shape.of(1, 2, 1)), 1e-6);
    }

    private float[] run(Shape in, float[] values, Shape out) {
        try (OrtSession session = Ort.cpu().load(net.build());
                Tensor x = Ort.cpu().of(DType.F32, in, values);
                Tensor y = Ort.cpu().zeros(DType.F32, out);
                Binding binding = session.bind().input("x", x).output("y", y)) {
            binding.run();
            return y.floats();
        }
    }
}
