package dev.caravan.inference.wan.umt5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.nn.CudaKernels;
import dev.caravan.inference.onnx.Initializer;
import dev.caravan.inference.onnx.Node;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.tensor.DType;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Umt5GraphTest {

    private static final Op CAST = Op.onnx("Cast");

    @TempDir
    private Path folder;

    @Test
    void theTrueEncoderIsBuiltForCudaWithItsWeightsInPlace() throws Exception {
        Checkpoint checkpoint = Umt5Files.hole(folder.resolve("umt5-xxl.safetensors"), Umt5Config.XXL);
        assertEquals(Umt5Config.XXL, Umt5Config.of(checkpoint));

        OnnxModel model = TextEncoder.model(checkpoint, Umt5Config.XXL, Provider.CUDA);

        assertEquals(24, model.count(Op.microsoft("MultiHeadAttention")));
        assertEquals(24 * 7, model.count(Op.onnx("Gemm")));
        assertEquals(24 * 7, model.count(CAST), "one for each matrix in fp8 and no other");
        assertEquals(24, model.count(Op.onnx("Transpose")), "of the small tables of positions");
        assertEquals(242, model.initializers().stream().filter(Initializer.External.class::isInstance).count());
        assertTrue(model.bytes().length < 200_000, model.bytes().length + " bytes");
        assertEquals(List.of(), CudaKernels.missing(model));
    }

    @Test
    void nothingIsCastOfACheckpointInTheComputedType() throws Exception {
        Checkpoint checkpoint = Umt5Files.noise(folder.resolve("tiny.safetensors"), Umt5Files.TINY);
        assertEquals(0, TextEncoder.model(checkpoint, Umt5Files.TINY, Provider.CPU).count(CAST));
    }

    @Test
    void theTableOfTokensIsNeverCastAsAWhole() throws Exception {
        Checkpoint checkpoint = Umt5Files.hole(folder.resolve("tiny.safetensors"), Umt5Files.TINY);
        OnnxModel model = TextEncoder.model(checkpoint, Umt5Files.TINY, Provider.CPU);
        Node gather = model.nodes().stream().filter(node -> node.path().startsWith("token_embedding/")).findFirst().orElseThrow();
        assertEquals(Op.onnx("Gather"), gather.op());
        assertEquals(DType.BF16, gather.inputs().getFirst().dtype());
    }

    @Test
    void castsOfTheLargeWeightsStandBeforeAllElseSoThatTheyRunOneByOne() throws Exception {
        Checkpoint checkpoint = Umt5Files.hole(folder.resolve("tiny.safetensors"), Umt5Files.TINY);
        OnnxModel model = TextEncoder.model(checkpoint, Umt5Files.TINY, Provider.CPU);
        List<Node> first = model.nodes().subList(0, 7 * Umt5Files.TINY.layers());
        assertTrue(first.stream().allMatch(node -> node.op().equals(CAST) && node.inputs().getFirst().dtype() == DType.F8_E4M3));
    }
}
