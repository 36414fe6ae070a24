package dev.caravan.inference.onnx;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A model under construction. Nodes are added in an order in which each reads only what exists already; values know their type, so that
 * what no device can run is seen without one. Not thread-safe.
 */
public final class Graph {

    private final String name;
    private final Map<String, Port> inputs = new LinkedHashMap<>();
    private final Map<String, Port> outputs = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Initializer> initializers = new LinkedHashMap<>();
    private final Set<String> names = new HashSet<>();
    private final Map<String, Value> memos = new HashMap<>();
    /** A value's own name to the name it has as output. */
    private final Map<String, String> outputNames = new HashMap<>();

    public Graph(String name) {
        this.name = name;
    }

    /** Declares an input. */
    public Value input(String inputName, DType dtype, Dim... shape) {
        Value value = new Value(claim(inputName), dtype);
        inputs.put(inputName, new Port(value, List.of(shape)));
        return value;
    }

    /**
     * Makes a value an output under a name of its own.
     *
     * @throws IllegalArgumentException when it is an input or an output already
     */
    public void output(String outputName, Value value, Dim... shape) {
        if (inputs.containsKey(value.name()) || initializers.containsKey(value.name())) {
            throw new IllegalArgumentException(value.name() + " is made by no node and cannot be an output");
        }
        if (outputNames.putIfAbsent(value.name(), claim(outputName)) != null) {
            throw new IllegalArgumentException(value.name() + " is an output already");
        }
        outputs.put(outputName, new Port(new Value(outputName, value.dtype()), List.of(shape)));
    }

    /** Adds a node with one output of the given type. */
    public Value node(String path, Op op, DType type, List<Value> in, Attribute... attributes) {
        return nodes(path, op, List.of(type), in, attributes).getFirst();
    }

    /**
     * Adds a node with several outputs; a null type stands for one that is not wanted.
     *
     * @return the outputs, {@link Value#NONE} for those not wanted
     */
    public List<Value> nodes(String path, Op op, List<@Nullable DType> types, List<Value> in, Attribute... attributes) {
        String nodeName = claim(path + "/" + op.type());
        List<Value> made = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            DType type = types.get(i);
            made.add(type == null ? Value.NONE : new Value(nodeName + ":" + i, type));
        }
        nodes.add(new Node(nodeName, op, in, made, List.of(attributes)));
        return made;
    }

    /** A constant of a few bytes inside the model; the same name again gives the same constant. */
    public Value constant(String constantName, DType dtype, Shape shape, byte[] data) {
        if (!(initializers.get(constantName) instanceof Initializer.Inline)) {
            initializers.put(claim(constantName), new Initializer.Inline(constantName, dtype, shape, data));
        }
        return new Value(constantName, dtype);
    }

    /** A constant list of whole numbers, as shapes, axes and indices are. */
    public Value integers(String constantName, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            bytes.putLong(value);
        }
        return constant(constantName, DType.I64, Shape.of(values.length), bytes.array());
    }

    /**
     * Weights that stay in their file; the same name again gives the same weights. A link is followed here, because the runtime refuses one
     * that leads out of the folder it is told.
     */
    public Value external(String weightName, DType dtype, Shape shape, Path file, long offset) {
        if (!(initializers.get(weightName) instanceof Initializer.External)) {
            initializers.put(claim(weightName), new Initializer.External(weightName, dtype, shape, followed(file), offset));
        }
        return new Value(weightName, dtype);
    }

    /** What was made under this key before, or else what {@code make} makes now. */
    public Value memo(String key, Supplier<Value> make) {
        Value known = memos.get(key);
        if (known == null) {
            known = make.get();
            memos.put(key, known);
        }
        return known;
    }

    /**
     * The finished model.
     *
     * @throws IllegalArgumentException when a node reads what nothing made, or files with weights have no folder in common
     */
    public OnnxModel build() {
        Optional<Path> folder = WeightsFolder.of(initializers.values());
        return new OnnxModel(name, new ModelWriter(name, folder, outputNames::getOrDefault).write(
                inputs.values(), outputs.values(), nodes, initializers.values()), folder, nodes, List.copyOf(initializers.values()));
    }

    private static Path followed(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            // Who loads the model says that it is not there.
            return file.toAbsolutePath().normalize();
        }
    }

    private String claim(String wanted) {
        if (!names.add(wanted)) {
            throw new IllegalArgumentException("there are two things called " + wanted + " in " + name);
        }
        return wanted;
    }

    /** An input or output with its shape. */
    record Port(Value value, List<Dim> shape) {}
}
