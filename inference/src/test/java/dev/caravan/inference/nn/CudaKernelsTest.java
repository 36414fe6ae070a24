package dev.caravan.inference.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CudaKernelsTest {

    @ParameterizedTest
    @CsvSource({
        "Resize, BF16", "Clip, BF16", "ReduceMean, BF16", "ReduceMax, BF16", "Floor, BF16", "Reciprocal, BF16", "DepthToSpace, BF16",
        "InstanceNormalization, BF16", "ConvTranspose, BF16", "com.microsoft.GroupNorm, BF16", "MatMul, I64", "Pad, BF16",
        "Concat, F8_E4M3", "com.microsoft.MultiHeadAttention, F64"
    })
    void anOperatorWithoutAKernelForTheTypeIsNamed(String op, DType type) {
        List<String> missing = missing(op, type, 1);
        assertEquals(1, missing.size(), missing::toString);
        assertTrue(missing.getFirst().contains("CUDA has no " + op + " of " + type), missing::toString);
        assertTrue(missing.getFirst().startsWith("net/"), missing::toString);
    }

    @ParameterizedTest
    @CsvSource({
        "Conv, BF16, 3", "Conv, F16, 2", "Gemm, BF16, 3", "MatMul, BF16, 2", "LayerNormalization, BF16, 3", "RMSNormalization, BF16, 2",
        "Gelu, BF16, 1", "Softmax, BF16, 1", "Add, BF16, 2", "Mul, I64, 2", "Transpose, BF16, 1", "Concat, BF16, 5", "Resize, F16, 1",
        "Clip, F16, 1", "ReduceMean, F32, 1", "Pad, F16, 1", "com.microsoft.QuickGelu, BF16, 1", "com.microsoft.FusedMatMul, BF16, 2",
        "com.microsoft.FastGelu, BF16, 2", "com.microsoft.SkipLayerNormalization, BF16, 5", "com.microsoft.MultiHeadAttention, BF16, 3",
        "com.microsoft.MultiHeadAttention, F16, 4", "com.microsoft.MultiHeadAttention, F32, 3", "Attention, BF16, 3"
    })
    void anOperatorWithAKernelForTheTypeIsNot(String op, DType type, int inputs) {
        assertEquals(List.of(), missing(op, type, inputs));
    }

    @Test
    void whatIsNotThereAtAllIsNamed() {
        assertEquals(List.of("net/Swish: CUDA has no Swish"), missing("Swish", DType.F32, 1));
        assertEquals(List.of("net/GroupNormalization: CUDA has no GroupNormalization"), missing("GroupNormalization", DType.F32, 3));
    }

    @Test
    void whatCameAfterTheOpsetOfTheModelsIsNamed() {
        assertEquals(List.of("net/TensorScatter: TensorScatter is of opset 24, models are written in 23"),
                missing("TensorScatter", DType.BF16, 2));
    }

    @Test
    void fp8IsCastButNotMultiplied() {
        Graph graph = new Graph("fp8");
        Value weight = graph.input("w", DType.F8_E4M3);
        Value wide = graph.node("wide", Op.onnx("Cast"), DType.BF16, List.of(weight));
        graph.node("fine", Op.onnx("MatMul"), DType.BF16, List.of(wide, wide));
        graph.node("bad", Op.onnx("MatMul"), DType.F8_E4M3, List.of(weight, weight));
        List<String> missing = CudaKernels.missing(graph.build());
        assertEquals(1, missing.size(), missing::toString);
        assertTrue(missing.getFirst().startsWith("bad/MatMul: CUDA has no MatMul of F8_E4M3"), missing::toString);
    }

    @Test
    void inputsThatMustBeOfOneTypeAndAreNotAreNamed() {
        Graph graph = new Graph("mixed");
        Value x = graph.input("x", DType.BF16);
        graph.node("sum", Op.onnx("Add"), DType.BF16, List.of(x, graph.input("y", DType.F32)));
        graph.node("moved", Op.onnx("Reshape"), DType.BF16, List.of(x, graph.integers("shape", 1, -1)));
        assertEquals(List.of("sum/Add: y is F32 where Add has BF16"), CudaKernels.missing(graph.build()));
    }

    @Test
    void anOptionalInputLeftOutDoesNotCount() {
        Graph graph = new Graph("biased");
        Value q = graph.input("q", DType.BF16);
        graph.node("attn", Op.microsoft("MultiHeadAttention"), DType.BF16, List.of(q, q, q, Value.NONE, Value.NONE, q));
        graph.node("up", Op.onnx("Resize"), DType.F16,
                List.of(graph.input("x", DType.F16), Value.NONE, graph.input("scales", DType.F32)));
        assertEquals(List.of(), CudaKernels.missing(graph.build()));
    }

    @Test
    void aShapeComputedByANodeIsNamedBecauseTheHostReadsIt() {
        Graph graph = new Graph("shapes");
        Value x = graph.input("x", DType.F32);
        Value shape = graph.node("shape", Op.onnx("Shape"), DType.I64, List.of(x));
        graph.node("same", Op.onnx("Reshape"), DType.F32, List.of(x, shape));
        Value twice = graph.node("twice", Op.onnx("Add"), DType.I64, List.of(shape, shape));
        graph.node("large", Op.onnx("Expand"), DType.F32, List.of(x, twice));
        List<String> missing = CudaKernels.missing(graph.build());
        assertEquals(1, missing.size(), missing::toString);
        assertTrue(missing.getFirst().startsWith("large/Expand: Expand reads twice/Add:0 on the host"), missing::toString);
    }

    @Test
    void aTableWithTwoLinesForOneOperatorOrAnUnknownTypeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> CudaKernel.table(List.of("Abs 13 T -> T T=f32", "Abs 6 T -> T T=f32")));
        assertThrows(IllegalArgumentException.class, () -> CudaKernel.table(List.of("Abs 13 T -> T T=real")));
    }

    private static List<String> missing(String op, DType type, int inputs) {
        Graph graph = new Graph("one node");
        List<Value> in = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
            in.add(graph.input("x" + i, type));
        }
        graph.node("net", op.startsWith(Op.MICROSOFT) ? Op.microsoft(op.substring(Op.MICROSOFT.length() + 1)) : Op.onnx(op), type, in);
        return CudaKernels.missing(graph.build());
    }
}
