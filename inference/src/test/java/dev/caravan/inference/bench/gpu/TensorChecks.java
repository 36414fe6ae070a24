package dev.caravan.inference.bench.gpu;

import dev.caravan.inference.bench.FigureTable;
import dev.caravan.inference.bench.Timing;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.SessionSettings;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Memory of the device, and what runs do to it. */
final class TensorChecks {

    private static final int WIDTH = 1024;

    private TensorChecks() {}

    /** Written, read, seen in part, copied. */
    static String moves(Rig rig) throws Exception {
        int megabytes = Math.min(64, rig.sizes().cacheMega());
        int elements = megabytes << 18;
        float[] numbers = numbers(elements);
        try (Tensor a = rig.device().zeros(DType.F32, Shape.of(elements)); Tensor b = rig.device().zeros(DType.F32, Shape.of(elements))) {
            double write = Timing.of(() -> {
                a.write(numbers);
                return null;
            });
            double copy = Timing.median(3, () -> {
                b.copyFrom(a);
                return null;
            });
            Check.require(Arrays.equals(numbers, b.floats()), "a copy differs from what was written");
            try (Tensor part = b.view(elements / 2, Shape.of(16))) {
                part.zero();
            }
            float[] read = b.floats();
            Check.require(read[elements / 2 - 1] == numbers[elements / 2 - 1] && read[elements / 2] == 0 && read[elements / 2 + 15] == 0
                    && read[elements / 2 + 16] == numbers[elements / 2 + 16], "a view is not where it should be");
            return "%d MB: written at %s GB/s, copied on the device at %s GB/s".formatted(megabytes,
                    gigabytes(elements, write), gigabytes(elements, copy));
        }
    }

    private static String gigabytes(int floats, double millis) {
        return FigureTable.number(4.0 * floats / millis / 1e6);
    }

    /** A cache bound to input and output: rows of it are written where they are, and the rest is neither changed nor copied. */
    static String inPlace(Rig rig) throws Exception {
        int rows = rig.sizes().cacheMega() * 1024 * 1024 / rig.compute().bytes() / WIDTH;
        Graph graph = new Graph("cache update");
        Value cache = graph.input("cache", rig.compute(), Dim.of(rows, WIDTH));
        Value slots = graph.input("slots", DType.I64, Dim.of(2, 1));
        Value entries = graph.input("entries", rig.compute(), Dim.of(2, WIDTH));
        graph.output("updated", graph.node("update", Op.onnx("ScatterND"), rig.compute(), List.of(cache, slots, entries)), Dim.of(rows, WIDTH));
        try (OrtSession session = rig.device().load(graph.build());
                Tensor memory = rig.device().zeros(rig.compute(), Shape.of(rows, WIDTH));
                Tensor other = rig.device().zeros(rig.compute(), Shape.of(rows, WIDTH));
                Tensor at = rig.device().of(Shape.of(2, 1), new long[] {1, rows - 2});
                Tensor ones = rig.device().of(rig.compute(), Shape.of(2, WIDTH), filled(2 * WIDTH));
                Binding updating = session.bind();
                Binding copying = session.bind()) {
            updating.input("slots", at).input("entries", ones).inPlace("cache", "updated", memory);
            copying.input("slots", at).input("entries", ones).input("cache", memory).output("updated", other);
            double update = Timing.median(rig.sizes().repeats(), () -> {
                updating.run();
                return null;
            });
            double copy = Timing.median(rig.sizes().repeats(), () -> {
                copying.run();
                return null;
            });
            double sum = 0;
            try (Tensor head = memory.view(Shape.of(3, WIDTH)); Tensor tail = memory.view((long) (rows - 3) * WIDTH, Shape.of(3, WIDTH))) {
                for (float value : head.floats()) {
                    sum += value;
                }
                for (float value : tail.floats()) {
                    sum += value;
                }
                Check.require(head.floats()[WIDTH] == 1 && tail.floats()[2 * WIDTH - 1] == 1 && sum == 2 * WIDTH,
                        "written rows are not where they should be: " + sum);
            }
            Check.require(!rig.cuda() || update < copy / 2, "in place takes %s ms and a copy %s ms: it is copied".formatted(
                    FigureTable.number(update), FigureTable.number(copy)));
            return "%d MB: %s ms in place, %s ms when copied".formatted(
                    rig.sizes().cacheMega(), FigureTable.number(update), FigureTable.number(copy));
        }
    }

    /** Weights used where they lie, at an odd place in their file. */
    static String oddOffset(Rig rig) throws Exception {
        Path file = rig.folder().resolve("odd.bin");
        int side = 256;
        float[] numbers = numbers(side * side);
        float[] aligned = product(rig, write(file.resolveSibling("even.bin"), numbers, 0), 0, side);
        float[] odd = product(rig, write(file, numbers, 13), 13, side);
        Check.require(Arrays.equals(aligned, odd), "weights at an odd offset give another result: " + Likeness.of(aligned, odd));
        return "the same numbers at offset 13 as at 0";
    }

    private static Path write(Path file, float[] numbers, int offset) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(offset + 4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN).position(offset);
        for (float value : numbers) {
            bytes.putFloat(value);
        }
        return Files.write(file, bytes.array());
    }

    private static float[] product(Rig rig, Path file, int offset, int side) {
        Graph graph = new Graph("weight in a file");
        Value x = graph.input("x", DType.F32, Dim.of(side, side));
        Value w = graph.external("w", DType.F32, Shape.of(side, side), file, offset);
        graph.output("y", graph.node("product", Op.onnx("MatMul"), DType.F32, List.of(x, w)), Dim.of(side, side));
        try (OrtSession session = rig.device().load(graph.build(), SessionSettings.DEFAULT.exactFp32());
                Tensor in = rig.device().of(DType.F32, Shape.of(side, side), numbers(side * side));
                Tensor out = rig.device().zeros(DType.F32, Shape.of(side, side));
                Binding binding = session.bind()) {
            binding.input("x", in).output("y", out).run();
            return out.floats();
        }
    }

    /** Recorded and replayed: many small steps, which is where a GPU gains from it. */
    static String recorded(Rig rig) throws Exception {
        float[] told;
        double slow;
        try (Chain chain = new Chain(rig)) {
            slow = chain.time(rig.sizes().repeats());
            told = chain.out.floats();
        }
        try (Chain chain = new Chain(rig)) {
            chain.binding.captured();
            double fast = chain.time(rig.sizes().repeats());
            Check.require(Arrays.equals(told, chain.out.floats()), "replayed, the result is another one");
            chain.in.zero();
            chain.binding.run();
            Check.require(!Arrays.equals(told, chain.out.floats()), "replayed, a run does not see what its input holds now");
            Check.require(!rig.cuda() || fast < slow, "replaying takes %s ms, telling each step %s ms".formatted(
                    FigureTable.number(fast), FigureTable.number(slow)));
            return "%d small steps: %s ms told one by one, %s ms replayed".formatted(
                    Chain.STEPS, FigureTable.number(slow), FigureTable.number(fast));
        }
    }

    /** x = sigmoid(x w), again and again. */
    private static final class Chain implements AutoCloseable {

        private static final int STEPS = 200;
        private static final int SIDE = 64;

        private final OrtSession session;
        private final Tensor in;
        private final Tensor weights;
        private final Tensor out;
        private final Binding binding;

        Chain(Rig rig) {
            Shape square = Shape.of(SIDE, SIDE);
            session = rig.device().load(model(), SessionSettings.DEFAULT.exactFp32().withGraphs());
            in = rig.device().of(DType.F32, square, numbers(SIDE * SIDE));
            weights = rig.device().of(DType.F32, square, numbers(SIDE * SIDE));
            out = rig.device().zeros(DType.F32, square);
            binding = session.bind().input("x", in).input("w", weights).output("y", out);
        }

        private static OnnxModel model() {
            Graph graph = new Graph("chain");
            Dim[] shape = Dim.of(SIDE, SIDE);
            Value x = graph.input("x", DType.F32, shape);
            Value w = graph.input("w", DType.F32, shape);
            for (int i = 0; i < STEPS / 2; i++) {
                x = graph.node("product." + i, Op.onnx("MatMul"), DType.F32, List.of(x, w));
                x = graph.node("bounded." + i, Op.onnx("Sigmoid"), DType.F32, List.of(x));
            }
            graph.output("y", x, shape);
            return graph.build();
        }

        private double time(int times) throws Exception {
            return Timing.median(times, () -> {
                binding.run();
                return null;
            });
        }

        @Override
        public void close() {
            binding.close();
            out.close();
            weights.close();
            in.close();
            session.close();
        }
    }

    private static float[] filled(int count) {
        float[] values = new float[count];
        Arrays.fill(values, 1);
        return values;
    }

    static float[] numbers(int count) {
        Random random = new Random(count);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }
}
