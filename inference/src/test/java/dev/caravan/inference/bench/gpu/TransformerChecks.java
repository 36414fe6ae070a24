package dev.caravan.inference.bench.gpu;

import dev.caravan.inference.bench.FigureTable;
import dev.caravan.inference.bench.Flops;
import dev.caravan.inference.bench.Timing;
import dev.caravan.inference.bench.TransformerBlock;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Norms;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.SessionSettings;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.TransformerConfig;
import java.util.Arrays;
import java.util.Random;

/** A block of the transformer, in the middle of a stream with a full cache. */
final class TransformerChecks {

    private static final int CACHE = 12;
    private static final double LEAST_COSINE = 0.999;

    private TransformerChecks() {}

    /** In the device's type against fp32 on the CPU, both on the same bf16 weights. */
    static String block(Rig rig) throws Exception {
        Weights weights = TransformerBlock.weights(rig.file("block"), rig.sizes().block(), DType.BF16);
        float[] reference;
        try (TransformerBlock block = open(rig, rig.reference(), weights, DType.F32, SessionSettings.DEFAULT)) {
            block.run();
            reference = block.result();
        }
        try (TransformerBlock block = open(rig, rig.device(), weights, rig.compute(), SessionSettings.DEFAULT)) {
            double millis = time(block, rig.sizes().repeats());
            String likeness = Likeness.of(reference, block.result()).atLeast(LEAST_COSINE);
            return "%s; %d queries, %d keys: %s ms, %s TFLOP/s".formatted(likeness, block.queries(), block.keys(),
                    FigureTable.number(millis), FigureTable.number(Flops.giga(block.flops(), millis) / 1000));
        }
    }

    /** What a child process runs, so that the kernels it names on its standard output can be read. */
    static void attend(Rig rig) throws Exception {
        Weights weights = TransformerBlock.weights(rig.file("attention"), rig.sizes().block(), DType.BF16);
        try (TransformerBlock block = open(rig, rig.device(), weights, rig.compute(), SessionSettings.DEFAULT)) {
            block.run();
        }
    }

    /** Steps as the engine runs them, of several blocks, recorded and replayed. */
    static String recorded(Rig rig) throws Exception {
        TransformerConfig several = TransformerBlock.ofLayers(rig.sizes().block(), 4);
        Weights weights = TransformerBlock.weights(rig.file("several"), several, DType.BF16);
        LatentSize size = LatentSize.ofPictures(rig.sizes().height(), rig.sizes().width());
        float[] told;
        double slow;
        try (TransformerBlock blocks = new TransformerBlock(
                rig.device(), several, size, CACHE, weights, rig.compute(), SessionSettings.DEFAULT)) {
            slow = time(blocks, rig.sizes().repeats());
            told = blocks.result();
        }
        try (TransformerBlock blocks = new TransformerBlock(
                rig.device(), several, size, CACHE, weights, rig.compute(), SessionSettings.DEFAULT.withGraphs())) {
            blocks.record();
            double fast = time(blocks, rig.sizes().repeats());
            String likeness = Likeness.of(told, blocks.result()).atLeast(0.99999);
            return "4 blocks: %s ms told, %s ms replayed (%s)".formatted(FigureTable.number(slow), FigureTable.number(fast), likeness);
        }
    }

    /** A sum far from zero and its norm: statistics in a narrow type would be useless. */
    static String skipNorm(Rig rig) throws Exception {
        int rows = 64;
        int width = rig.sizes().block().dim();
        float[] x = far(rows * width, 1);
        float[] added = far(rows * width, 2);
        float[] reference = norm(rig.reference(), DType.F32, rows, width, x, added);
        return Likeness.of(reference, norm(rig.device(), rig.compute(), rows, width, x, added)).atLeast(0.9995);
    }

    /** Exact in bf16 and so is their sum nearly: what differs is what the norm makes of it. */
    private static float[] far(int count, int seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = 16 + random.nextInt(-8, 9) * 0.5f;
        }
        return values;
    }

    private static float[] norm(Device device, DType dtype, int rows, int width, float[] x, float[] added) {
        Graph graph = new Graph("skip norm");
        Net net = new Net(graph, name -> {
            throw new IllegalArgumentException("no weights here: " + name);
        }, dtype, device.provider());
        Dim[] shape = Dim.of(rows, width);
        Value scale = graph.input("scale", dtype, Dim.of(width));
        Value shift = graph.input("shift", dtype, Dim.of(width));
        Norms.Sum sum = Norms.sumAndLayer(
                net, "norm", graph.input("x", dtype, shape), graph.input("added", dtype, shape), Value.NONE, scale, shift, 1e-6f);
        graph.output("sum", sum.sum(), shape);
        graph.output("normed", sum.normed(), shape);
        float[] ones = new float[width];
        Arrays.fill(ones, 1);
        Shape square = Shape.of(rows, width);
        try (OrtSession session = device.load(net.build());
                Tensor first = device.of(dtype, square, x);
                Tensor second = device.of(dtype, square, added);
                Tensor one = device.of(dtype, Shape.of(width), ones);
                Tensor zero = device.zeros(dtype, Shape.of(width));
                Tensor total = device.zeros(dtype, square);
                Tensor normed = device.zeros(dtype, square);
                Binding binding = session.bind()) {
            binding.input("x", first).input("added", second).input("scale", one).input("shift", zero).output("sum", total)
                    .output("normed", normed).run();
            return normed.floats();
        }
    }

    private static TransformerBlock open(Rig rig, Device device, Weights weights, DType compute, SessionSettings settings) {
        LatentSize size = LatentSize.ofPictures(rig.sizes().height(), rig.sizes().width());
        return new TransformerBlock(device, rig.sizes().block(), size, CACHE, weights, compute, settings);
    }

    private static double time(TransformerBlock block, int times) throws Exception {
        return Timing.median(times, () -> {
            block.run();
            return null;
        });
    }
}
