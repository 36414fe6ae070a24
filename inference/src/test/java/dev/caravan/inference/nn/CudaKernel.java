package dev.caravan.inference.nn;

import dev.caravan.inference.onnx.Node;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.DType;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One line of {@code cuda-kernels.txt}.
 *
 * @param since   opset that its signature came with
 * @param inputs  type of each: a variable or a fixed type, {@code ^} before one read on the host, {@code *} behind a repeated one
 * @param outputs type of each
 * @param types   what each variable may be
 */
record CudaKernel(Op op, int since, List<String> inputs, List<String> outputs, Map<String, Set<DType>> types) {

    /** Reads a whole table. */
    static Map<Op, CudaKernel> table(List<String> lines) {
        Map<String, Set<DType>> sets = new HashMap<>();
        for (DType type : DType.values()) {
            sets.put(type.name().toLowerCase(Locale.ROOT), EnumSet.of(type));
        }
        Map<Op, CudaKernel> table = new LinkedHashMap<>();
        for (String line : lines) {
            List<String> words = Arrays.asList(line.strip().split("\\s+"));
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("@")) {
                sets.put(words.getFirst().substring(1), union(sets, words.subList(1, words.size())));
            } else {
                CudaKernel kernel = parse(words, sets);
                if (table.putIfAbsent(kernel.op(), kernel) != null) {
                    throw new IllegalArgumentException("two lines for " + kernel.op());
                }
            }
        }
        return Map.copyOf(table);
    }

    private static CudaKernel parse(List<String> words, Map<String, Set<DType>> sets) {
        int arrow = words.indexOf("->");
        int end = arrow + 1;
        while (end < words.size() && !words.get(end).contains("=")) {
            end++;
        }
        Map<String, Set<DType>> types = new LinkedHashMap<>();
        for (String type : words.subList(end, words.size())) {
            int equals = type.indexOf('=');
            types.put(type.substring(0, equals), union(sets, List.of(type.substring(equals + 1).split(","))));
        }
        List<String> inputs = List.copyOf(words.subList(2, arrow));
        List<String> outputs = List.copyOf(words.subList(arrow + 1, end));
        for (List<String> ports : List.of(inputs, outputs)) {
            for (String port : ports) {
                types.computeIfAbsent(bare(port), fixed -> union(sets, List.of(fixed)));
            }
        }
        return new CudaKernel(op(words.getFirst()), Integer.parseInt(words.get(1)), inputs, outputs, types);
    }

    private static Op op(String name) {
        return name.startsWith(Op.MICROSOFT + ".") ? Op.microsoft(name.substring(Op.MICROSOFT.length() + 1)) : Op.onnx(name);
    }

    private static Set<DType> union(Map<String, Set<DType>> sets, List<String> names) {
        Set<DType> all = EnumSet.noneOf(DType.class);
        for (String name : names) {
            if (!sets.containsKey(name)) {
                throw new IllegalArgumentException("no types are called " + name);
            }
            all.addAll(sets.get(name));
        }
        return all;
    }

    private static String bare(String port) {
        return port.replace("^", "").replace("*", "");
    }

    /**
     * Why this kernel cannot run a node.
     *
     * @param computed names of what nodes make on the device
     */
    Optional<String> objection(Node node, Set<String> computed) {
        if (op.domain().isEmpty() && since > Op.OPSET) {
            return Optional.of(op + " is of opset " + since + ", models are written in " + Op.OPSET);
        }
        Map<String, DType> bound = new HashMap<>();
        return objection(node.inputs(), inputs, bound, computed).or(() -> objection(node.outputs(), outputs, bound, Set.of()));
    }

    private Optional<String> objection(List<Value> values, List<String> ports, Map<String, DType> bound, Set<String> computed) {
        for (int i = 0; i < values.size(); i++) {
            Value value = values.get(i);
            String port = i < ports.size() ? ports.get(i) : ports.getLast();
            if (i >= ports.size() && !port.endsWith("*")) {
                return Optional.of(op + " takes no " + value.name());
            }
            if (value.name().isEmpty()) {
                continue;
            }
            if (!types.get(bare(port)).contains(value.dtype())) {
                return Optional.of(
                        "CUDA has no " + op + " of " + value.dtype() + " " + value.name() + ", only of " + types.get(bare(port)));
            }
            DType before = bound.putIfAbsent(bare(port), value.dtype());
            if (before != null && before != value.dtype()) {
                return Optional.of(value.name() + " is " + value.dtype() + " where " + op + " has " + before);
            }
            if (port.startsWith("^") && computed.contains(value.name())) {
                return Optional.of(op + " reads " + value.name() + " on the host, but a node computes it");
            }
        }
        return Optional.empty();
    }
}
