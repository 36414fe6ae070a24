package dev.caravan.inference.nn;

import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.onnx.Attribute;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Narrow;
import dev.caravan.inference.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A network under construction.
 *
 * @param graph    collects its nodes
 * @param weights  gives its weights by name
 * @param compute  element type of activations: fp32 on the CPU, bf16 or fp16 on CUDA
 * @param provider what will run it
 * @param adapters what is added to its {@link Linear} layers
 */
public record Net(Graph graph, Weights weights, DType compute, Provider provider, List<Adapter> adapters) {

    public Net {
        adapters = List.copyOf(adapters);
    }

    /** Without adapters. */
    public Net(Graph graph, Weights weights, DType compute, Provider provider) {
        this(graph, weights, compute, provider, List.of());
    }

    /** A weight in its stored shape, in the computed type. */
    public Value weight(String name) {
        return weight(name, weights.get(name).shape());
    }

    /**
     * A weight read under another shape of as many elements. Bytes stay in their file; one of another type is cast, which a session on
     * the CPU does once when it is created.
     */
    public Value weight(String name, Shape as) {
        return weight(name, weights.get(name), as);
    }

    /** As {@link #weight(String, Shape)}, of a tensor that is not among the network's own, under a name for the graph. */
    public Value weight(String name, StoredTensor stored, Shape as) {
        if (as.elements() != stored.shape().elements()) {
            throw new IllegalArgumentException(name + " is " + stored.shape() + " and cannot be read as " + as);
        }
        Value raw = graph.external(name, stored.dtype(), as, stored.file(), stored.offset());
        return stored.dtype() == compute ? raw : graph.memo(name + "/as_" + compute, () -> cast(name, raw, compute));
    }

    /** The shape that a weight is stored in. */
    public Shape shapeOf(String name) {
        return weights.get(name).shape();
    }

    public Value input(String name, DType dtype, Dim... shape) {
        return graph.input(name, dtype, shape);
    }

    public Value op(String path, Op op, List<Value> in, Attribute... attributes) {
        return graph.node(path, op, in.getFirst().dtype(), in, attributes);
    }

    public Value add(String path, Value a, Value b) {
        return op(path, Op.onnx("Add"), List.of(a, b));
    }

    public Value mul(String path, Value a, Value b) {
        return op(path, Op.onnx("Mul"), List.of(a, b));
    }

    public Value sub(String path, Value a, Value b) {
        return op(path, Op.onnx("Sub"), List.of(a, b));
    }

    public Value div(String path, Value a, Value b) {
        return op(path, Op.onnx("Div"), List.of(a, b));
    }

    public Value cast(String path, Value x, DType to) {
        return x.dtype() == to ? x : graph.node(path, Op.onnx("Cast"), to, List.of(x), Attribute.of("to", to.onnx()));
    }

    /** One size may be -1 (what is left), 0 keeps the size of the same axis of the input. */
    public Value reshape(String path, Value x, long... shape) {
        return op(path, Op.onnx("Reshape"), List.of(x, ints(shape)));
    }

    public Value transpose(String path, Value x, long... axes) {
        return op(path, Op.onnx("Transpose"), List.of(x), Attribute.of("perm", axes));
    }

    public Value concat(String path, int axis, Value... parts) {
        return op(path, Op.onnx("Concat"), List.of(parts), Attribute.of("axis", axis));
    }

    /** Elements {@code from} to {@code to} (exclusive) of one axis; negative counts from the end, {@link Long#MAX_VALUE} is the end. */
    public Value slice(String path, Value x, int axis, long from, long to) {
        return op(path, Op.onnx("Slice"), List.of(x, ints(from), ints(to), ints(axis)));
    }

    /** As many equal parts of one axis. */
    public List<Value> split(String path, Value x, int axis, int parts) {
        return graph.nodes(path, Op.onnx("Split"), Collections.nCopies(parts, x.dtype()), List.of(x),
                Attribute.of("axis", axis), Attribute.of("num_outputs", parts));
    }

    /** Some entries of the first axis: {@code x [n,...], indices [m] -> [m,...]}. */
    public Value gather(String path, Value x, Value indices) {
        return op(path, Op.onnx("Gather"), List.of(x, indices), Attribute.of("axis", 0));
    }

    /**
     * Overwrites entries of the first axis: {@code x [n,...], indices [m,1], entries [m,...] -> [n,...]}. Nothing but the entries is
     * copied when input and output are bound to one tensor.
     */
    public Value scatter(String path, Value x, Value indices, Value entries) {
        return op(path, Op.onnx("ScatterND"), List.of(x, indices, entries));
    }

    /** A constant of the computed type. */
    public Value constant(String name, Shape shape, float... values) {
        return constant(name, compute, shape, values);
    }

    /** A constant of any floating-point type of 2 or 4 bytes. */
    public Value constant(String name, DType dtype, Shape shape, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        if (dtype == DType.F32) {
            bytes.asFloatBuffer().put(values);
        } else {
            bytes.asShortBuffer().put(Narrow.bits(dtype, values));
        }
        return graph.constant(name, dtype, shape, bytes.array());
    }

    /** A constant list of whole numbers, shared by all who need the same. */
    public Value ints(long... values) {
        return graph.integers("const." + Arrays.toString(values).replace(" ", ""), values);
    }

    public OnnxModel build() {
        return graph.build();
    }
}
