package dev.caravan.inference.nn;

import dev.caravan.inference.onnx.Node;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What ONNX Runtime's CUDA provider can run, so that a graph that would not load on a GPU is seen on a machine without one. A session on
 * CUDA allows no node on the CPU; one node without a kernel makes the whole model fail to load. The table and its source are in
 * {@code cuda-kernels.txt}.
 */
public final class CudaKernels {

    private static final Map<Op, CudaKernel> TABLE = read();
    /** Their result is on the host anyway. */
    private static final Set<Op> ON_HOST = Set.of(Op.onnx("Shape"), Op.onnx("Size"));

    private CudaKernels() {}

    /**
     * Every node of a model that CUDA has no kernel for, with the reason: the operator is unknown there, newer than the opset that models
     * are written in, not made for these element types (also when they do not agree among each other), or wants on the host what another
     * node computes. Empty for a model that can be loaded on CUDA.
     */
    public static List<String> missing(OnnxModel model) {
        Set<String> computed = new HashSet<>();
        for (Node node : model.nodes()) {
            if (!ON_HOST.contains(node.op())) {
                node.outputs().stream().map(Value::name).forEach(computed::add);
            }
        }
        List<String> missing = new ArrayList<>();
        for (Node node : model.nodes()) {
            CudaKernel kernel = TABLE.get(node.op());
            if (kernel == null) {
                missing.add(node.path() + ": CUDA has no " + node.op());
            } else {
                kernel.objection(node, computed).ifPresent(reason -> missing.add(node.path() + ": " + reason));
            }
        }
        return missing;
    }

    private static Map<Op, CudaKernel> read() {
        try (InputStream in = CudaKernels.class.getResourceAsStream("cuda-kernels.txt")) {
            return CudaKernel.table(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
