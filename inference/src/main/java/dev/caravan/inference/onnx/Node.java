package dev.caravan.inference.onnx;

import java.util.List;

/**
 * One operation of a model.
 *
 * @param path    its name, a path within the network: {@code blocks.0.self_attn.q/Gemm}
 * @param inputs  {@link Value#NONE} in the place of one that is not given
 */
public record Node(String path, Op op, List<Value> inputs, List<Value> outputs, List<Attribute> attributes) {

    public Node {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        attributes = List.copyOf(attributes);
    }
}
