package dev.caravan.inference.onnx;

import dev.caravan.inference.tensor.DType;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;

/** Writes a model as onnx.proto3 says; the numbers are its field numbers, unchanged since IR version 3. */
final class ModelWriter {

    private static final int IR_VERSION = 10;
    private static final int EXTERNAL = 1;

    private final String name;
    private final Optional<Path> folder;
    private final BinaryOperator<String> outputNames;

    ModelWriter(String name, Optional<Path> folder, BinaryOperator<String> outputNames) {
        this.name = name;
        this.folder = folder;
        this.outputNames = outputNames;
    }

    byte[] write(
            Collection<Graph.Port> inputs, Collection<Graph.Port> outputs, List<Node> nodes, Collection<Initializer> initializers) {
        Protobuf graph = new Protobuf();
        nodes.forEach(node -> graph.message(1, node(node)));
        graph.text(2, name);
        initializers.forEach(initializer -> graph.message(5, tensor(initializer)));
        inputs.forEach(port -> graph.message(11, valueInfo(port)));
        outputs.forEach(port -> graph.message(12, valueInfo(port)));
        return new Protobuf()
                .integer(1, IR_VERSION)
                .text(2, "caravan")
                .message(7, graph)
                .message(8, opset("", Op.OPSET))
                .message(8, opset(Op.MICROSOFT, 1))
                .toBytes();
    }

    private static Protobuf opset(String domain, int version) {
        return new Protobuf().text(1, domain).integer(2, version);
    }

    private Protobuf node(Node node) {
        Protobuf out = new Protobuf();
        node.inputs().forEach(value -> out.text(1, valueName(value)));
        node.outputs().forEach(value -> out.text(2, valueName(value)));
        out.text(3, node.path()).text(4, node.op().type());
        node.attributes().forEach(attribute -> out.message(5, attribute(attribute)));
        return node.op().domain().isEmpty() ? out : out.text(7, node.op().domain());
    }

    private String valueName(Value value) {
        return outputNames.apply(value.name(), value.name());
    }

    private static Protobuf attribute(Attribute attribute) {
        Protobuf out = new Protobuf().text(1, attribute.name());
        switch (attribute) {
            case Attribute.Real real -> out.real(2, real.value()).integer(20, 1);
            case Attribute.Int integer -> out.integer(3, integer.value()).integer(20, 2);
            case Attribute.Text text -> out.text(4, text.value()).integer(20, 3);
            case Attribute.Ints integers -> {
                for (long value : integers.values()) {
                    out.integer(8, value);
                }
                out.integer(20, 7);
            }
        }
        return out;
    }

    private Protobuf tensor(Initializer initializer) {
        Protobuf out = new Protobuf();
        for (long dim : initializer.shape().dims()) {
            out.integer(1, dim);
        }
        out.integer(2, initializer.dtype().onnx()).text(8, initializer.name());
        return switch (initializer) {
            case Initializer.Inline inline -> out.bytes(9, inline.data());
            case Initializer.External external -> out
                    .message(13, entry("location", location(external.file())))
                    .message(13, entry("offset", Long.toString(external.offset())))
                    .message(13, entry("length", Long.toString(external.shape().bytes(external.dtype()))))
                    .integer(14, EXTERNAL);
        };
    }

    private String location(Path file) {
        return folder.orElseThrow().relativize(file).toString().replace('\\', '/');
    }

    private static Protobuf entry(String key, String value) {
        return new Protobuf().text(1, key).text(2, value);
    }

    private static Protobuf valueInfo(Graph.Port port) {
        Protobuf shape = new Protobuf();
        for (Dim dim : port.shape()) {
            shape.message(1, dim.name().isEmpty() ? new Protobuf().integer(1, dim.size()) : new Protobuf().text(2, dim.name()));
        }
        DType dtype = port.value().dtype();
        return new Protobuf().text(1, port.value().name())
                .message(2, new Protobuf().message(1, new Protobuf().integer(1, dtype.onnx()).message(2, shape)));
    }
}
