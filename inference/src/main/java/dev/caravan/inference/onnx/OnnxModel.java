package dev.caravan.inference.onnx;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A finished model.
 *
 * @param bytes         protobuf, a few kilobytes: weights stay in their files
 * @param weightsFolder folder below which all files with weights lie; empty when it has none
 * @param nodes         what the bytes say, for those who want to look
 */
public record OnnxModel(
        String name, byte[] bytes, Optional<Path> weightsFolder, List<Node> nodes, List<Initializer> initializers) {

    public OnnxModel {
        nodes = List.copyOf(nodes);
        initializers = List.copyOf(initializers);
    }

    /** Number of nodes of an operator. */
    public long count(Op op) {
        return nodes.stream().filter(node -> node.op().equals(op)).count();
    }
}
