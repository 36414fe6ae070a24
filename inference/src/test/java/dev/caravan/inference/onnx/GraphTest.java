package dev.caravan.inference.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.OrtException;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GraphTest {

    private static final Shape PAIR = Shape.of(2);

    @TempDir
    private Path folder;

    @Test
    void weightsAreUsedWhereTheyLieAtAnyOffset() throws IOException {
        Path weights = weights("weights.bin", 13, 10, 20);
        assertArrayEquals(new float[] {11, 22}, plus(weights, 13));
    }

    @Test
    void aLinkToWeightsElsewhereIsFollowed() throws IOException {
        Path elsewhere = Files.createDirectories(folder.resolve("disk")).resolve("w.bin");
        Files.write(elsewhere, Files.readAllBytes(weights("weights.bin", 0, 10, 20)));
        Path link = Files.createDirectories(folder.resolve("models")).resolve("w.bin");
        Files.createSymbolicLink(link, elsewhere);
        assertArrayEquals(new float[] {11, 22}, plus(link, 0));
    }

    @Test
    void weightsOfSeveralFoldersMakeOneModel() throws IOException {
        Path first = weights("a/first.bin", 0, 1, 2);
        Path second = weights("b/c/second.bin", 0, 10, 20);
        Graph graph = new Graph("two files");
        Value sum = graph.node("sum", Op.onnx("Add"), DType.F32,
                List.of(graph.external("a", DType.F32, PAIR, first, 0), graph.external("b", DType.F32, PAIR, second, 0)));
        graph.output("y", graph.node("again", Op.onnx("Add"), DType.F32, List.of(sum, graph.input("x", DType.F32, Dim.of(2)))), Dim.of(2));
        OnnxModel model = graph.build();
        assertEquals(folder.toRealPath(), model.weightsFolder().orElseThrow());
        assertArrayEquals(new float[] {12, 24}, run(model));
    }

    @Test
    void weightsThatAreNotThereAreAnErrorOfTheLoadAndNotOfTheProcess() {
        OrtException failed = assertThrows(OrtException.class, () -> plus(folder.resolve("missing.bin"), 0));
        assertTrue(failed.getMessage().contains("missing.bin"), failed::getMessage);
    }

    @Test
    void weightsThatEndTooEarlyAreAnErrorOfTheLoad() throws IOException {
        Path weights = weights("short.bin", 0, 1, 2);
        assertThrows(OrtException.class, () -> plus(weights, 4));
    }

    @Test
    void aModelIsKilobytesHoweverLargeItsWeights() throws IOException {
        Graph graph = new Graph("large");
        Path weights = weights("large.bin", 0, 1, 2);
        Value w = graph.external("w", DType.F32, Shape.of(1 << 15, 1 << 15), weights, 0);
        graph.output("y", graph.node("use", Op.onnx("Identity"), DType.F32, List.of(w)), Dim.of(1 << 15, 1 << 15));
        assertTrue(graph.build().bytes().length < 1024);
    }

    @Test
    void twoThingsOfOneNameAreRefused() {
        Graph graph = new Graph("twice");
        Value x = graph.input("x", DType.F32, Dim.of(2));
        graph.node("layer", Op.onnx("Neg"), DType.F32, List.of(x));
        assertThrows(IllegalArgumentException.class, () -> graph.node("layer", Op.onnx("Neg"), DType.F32, List.of(x)));
        assertThrows(IllegalArgumentException.class, () -> graph.input("x", DType.F32));
        assertThrows(IllegalArgumentException.class, () -> graph.output("y", x));
    }

    @Test
    void aConstantOfTheSameNameIsSharedAndNodesCanBeCounted() {
        Graph graph = new Graph("shared");
        Value x = graph.input("x", DType.F32, Dim.of(2));
        Value axes = graph.integers("axes", 0);
        assertEquals(axes, graph.integers("axes", 0));
        Value a = graph.node("a", Op.onnx("Unsqueeze"), DType.F32, List.of(x, axes));
        graph.output("y", graph.node("b", Op.onnx("Unsqueeze"), DType.F32, List.of(a, axes)), Dim.of(1, 1, 2));
        OnnxModel model = graph.build();
        assertEquals(1, model.initializers().size());
        assertEquals(2, model.count(Op.onnx("Unsqueeze")));
        assertEquals("a/Unsqueeze", model.nodes().getFirst().path());
    }

    /** {1, 2} plus the weights. */
    private static float[] plus(Path weights, long offset) {
        Graph graph = new Graph("plus");
        Value x = graph.input("x", DType.F32, Dim.of(2));
        graph.output("y", graph.node("plus", Op.onnx("Add"), DType.F32, List.of(x, graph.external("w", DType.F32, PAIR, weights, offset))),
                Dim.of(2));
        return run(graph.build());
    }

    private static float[] run(OnnxModel model) {
        try (OrtSession session = Ort.cpu().load(model);
                Tensor x = Ort.cpu().of(DType.F32, PAIR, new float[] {1, 2});
                Tensor y = Ort.cpu().zeros(DType.F32, PAIR);
                Binding binding = session.bind().input("x", x).output("y", y)) {
            binding.run();
            return y.floats();
        }
    }

    private Path weights(String name, int offset, float... values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(offset + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN).position(offset);
        for (float value : values) {
            bytes.putFloat(value);
        }
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, bytes.array());
    }
}
