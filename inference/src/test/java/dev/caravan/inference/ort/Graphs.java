package dev.caravan.inference.ort;

import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.List;

/** Models of one node, for what is around models. */
final class Graphs {

    private Graphs() {}

    /** {@code x [n] -> y = x + x [n]}. */
    static OnnxModel doubling() {
        Graph graph = new Graph("doubling");
        Value x = graph.input("x", DType.F32, Dim.named("n"));
        graph.output("y", graph.node("twice", Op.onnx("Add"), DType.F32, List.of(x, x)), Dim.named("n"));
        return graph.build();
    }

    /** {@code a [2,2], b [2,2] -> c = a b [2,2]}. */
    static OnnxModel product() {
        Graph graph = new Graph("product");
        Value a = graph.input("a", DType.F32, Dim.of(2, 2));
        Value b = graph.input("b", DType.F32, Dim.of(2, 2));
        graph.output("c", graph.node("product", Op.onnx("MatMul"), DType.F32, List.of(a, b)), Dim.of(2, 2));
        return graph.build();
    }

    /** {@code cache [4,2], slots [k,1], rows [k,2] -> updated [4,2]}: the rows are written to their slots. */
    static OnnxModel cacheUpdate() {
        Graph graph = new Graph("cache update");
        Value cache = graph.input("cache", DType.F32, Dim.of(4, 2));
        Value slots = graph.input("slots", DType.I64, Dim.named("k"), Dim.of(1));
        Value rows = graph.input("rows", DType.F32, Dim.named("k"), Dim.of(2));
        graph.output("updated", graph.node("write", Op.onnx("ScatterND"), DType.F32, List.of(cache, slots, rows)), Dim.of(4, 2));
        return graph.build();
    }

    /** {@code x [2] -> y = x + w [2]} with w in a file. */
    static OnnxModel weightIn(Path file) {
        Graph graph = new Graph("weight in a file");
        Value x = graph.input("x", DType.F32, Dim.of(2));
        Value w = graph.external("w", DType.F32, Shape.of(2), file, 0);
        graph.output("y", graph.node("sum", Op.onnx("Add"), DType.F32, List.of(x, w)), Dim.of(2));
        return graph.build();
    }
}
