package dev.caravan.inference.bench;

import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.List;
import java.util.Random;

/** The machine's own speed: what the rest is a share of. */
public final class MatrixPeak {

    private MatrixPeak() {}

    /** The type that the engine computes in on a device. */
    public static DType type(Device device) {
        return device.provider() == Provider.CPU ? DType.F32 : DType.BF16;
    }

    /** Operations a second, in 10^9, of the product of two square matrices; the best of several, as a peak is. */
    public static double gigaflops(Device device, DType dtype, int side, int times) throws Exception {
        Graph graph = new Graph("square product");
        Dim[] shape = Dim.of(side, side);
        Value a = graph.input("a", dtype, shape);
        Value b = graph.input("b", dtype, shape);
        graph.output("c", graph.node("product", Op.onnx("MatMul"), dtype, List.of(a, b)), shape);
        Shape square = Shape.of(side, side);
        try (OrtSession session = device.load(graph.build());
                Tensor left = device.of(dtype, square, random(side));
                Tensor right = device.of(dtype, square, random(side));
                Tensor out = device.zeros(dtype, square);
                Binding binding = session.bind()) {
            binding.input("a", left).input("b", right).output("c", out);
            binding.run();
            double best = Double.MAX_VALUE;
            for (int i = 0; i < times; i++) {
                long start = System.nanoTime();
                binding.run();
                best = Math.min(best, (System.nanoTime() - start) / 1e6);
            }
            return Flops.giga(2.0 * side * side * side, best);
        }
    }

    private static float[] random(int side) {
        Random random = new Random(side);
        float[] values = new float[side * side];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }
}
