package dev.caravan.inference.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelectionTest {

    /** Four blocks of two tokens of two heads of one channel. */
    private static final float[] BLOCKS = {1, 0, 1, 0, /**/ 3, -2, 5, 0, /**/ 0, 7, 4, 1, /**/ 4, -1, 4, -1};

    @Test
    void eachHeadHasTheBlocksWhoseMeanIsMostLikeThatOfItsTokens() {
        // Means of the blocks, by head: 1 4 2 4 and 0 -1 4 -1.
        assertArrayEquals(new long[] {1, 2, 3, 0, 2, 1}, best(new float[] {1, 2, 3, 0}, 2, 3));
        assertArrayEquals(new long[] {0, 1, 2, 3, 1, 0}, best(new float[] {-1, 0, -3, -2}, 2, 3));
    }

    @Test
    void asOneHeadWholeTokensAreCompared() {
        // 2 + 0, 8 - 2, 4 + 8, 8 - 2 halves.
        assertArrayEquals(new long[] {2, 1, 3}, best(new float[] {2, 2, 2, 2}, 1, 3));
    }

    @Test
    void ofNothingTheFirstBlocksAreTaken() {
        assertArrayEquals(new long[] {0, 1}, best(new float[] {0, 0, 0, 0}, 1, 2));
    }

    @Test
    void cudaHasAKernelForEveryNodeInAnyTypeWithScoresInFp32() {
        assertEquals(List.of(), CudaKernels.missing(graph(DType.BF16, Provider.CUDA, 2, 3)));
        assertEquals(List.of(), CudaKernels.missing(graph(DType.F16, Provider.CUDA, 1, 2)));
    }

    /** {@code about} are two tokens. */
    private static long[] best(float[] about, int heads, int count) {
        try (OrtSession session = Ort.cpu().load(graph(DType.F32, Provider.CPU, heads, count));
                Tensor blocks = Ort.cpu().of(DType.F32, Shape.of(4, 2, 2), BLOCKS);
                Tensor tokens = Ort.cpu().of(DType.F32, Shape.of(1, 2, 2), about);
                Tensor best = Ort.cpu().zeros(DType.I64, Shape.of(count, heads));
                Binding binding = session.bind()) {
            binding.input("blocks", blocks).input("about", tokens).output("best", best).run();
            long[] numbers = new long[count * heads];
            ByteBuffer.wrap(best.bytes()).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(numbers);
            return numbers;
        }
    }

    private static OnnxModel graph(DType compute, Provider provider, int heads, int count) {
        Net net = new Net(new Graph("selection"), Weights.NONE, compute, provider);
        Value blocks = net.input("blocks", compute, Dim.named("B"), Dim.named("f"), Dim.named("D"));
        Value about = net.input("about", compute, Dim.of(1), Dim.named("S"), Dim.named("D"));
        net.graph().output("best", Selection.best(net, "chosen", blocks, about, heads, count), Dim.of(count), Dim.of(heads));
        return net.build();
    }
}
