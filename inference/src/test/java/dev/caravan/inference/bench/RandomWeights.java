package dev.caravan.inference.bench;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.NewTensor;
import dev.caravan.inference.checkpoint.SafetensorsWriter;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Narrow;
import dev.caravan.inference.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;

/**
 * Files of random weights, as large as wanted: gigabytes are copied from a short list of numbers, the same for the same name. Numbers are
 * of a size that keeps activations near one.
 */
public final class RandomWeights {

    /** A prime, so that rows of a matrix are not alike. */
    private static final int NUMBERS = 1_000_003;
    /** Of the matrices of a transformer (spec models/parity.md §7). */
    private static final double MATRIX = 0.02;

    private RandomWeights() {}

    /** Writes a safetensors file and opens it. */
    public static Checkpoint write(Path file, DType dtype, Map<String, Shape> shapes) throws CheckpointException {
        return write(file, (name, shape) -> dtype, shapes);
    }

    /**
     * As {@link #write(Path, DType, Map)}.
     *
     * @param types of the numbers by name: F32, BF16, F16 or F8_E4M3
     */
    public static Checkpoint write(Path file, BiFunction<String, Shape, DType> types, Map<String, Shape> shapes) throws CheckpointException {
        List<NewTensor> tensors = new ArrayList<>();
        shapes.forEach((name, shape) -> {
            DType dtype = types.apply(name, shape);
            tensors.add(new NewTensor(name, dtype, shape, sink -> fill(sink, dtype, name, shape)));
        });
        SafetensorsWriter.write(file, tensors, Map.of(), (done, total) -> {});
        return Checkpoint.open(file);
    }

    private static void fill(NewTensor.Sink sink, DType dtype, String name, Shape shape) throws IOException {
        Random random = new Random(name.hashCode());
        double mean = isScale(name) ? 1 : 0;
        double deviation = deviation(name, shape);
        int count = (int) Math.min(NUMBERS, shape.elements());
        MemorySegment numbers = encode(dtype, random, count, mean, deviation);
        for (long left = shape.elements(); left > 0; left -= count) {
            sink.write(numbers.asSlice(0, Math.min(count, left) * dtype.bytes()));
        }
    }

    private static MemorySegment encode(DType dtype, Random random, int count, double mean, double deviation) {
        if (dtype == DType.F32) {
            float[] values = new float[count];
            for (int i = 0; i < count; i++) {
                values[i] = (float) (mean + deviation * random.nextGaussian());
            }
            return MemorySegment.ofArray(values);
        }
        if (dtype == DType.F8_E4M3) {
            byte[] values = new byte[count];
            for (int i = 0; i < count; i++) {
                values[i] = Narrow.toE4m3((float) (mean + deviation * random.nextGaussian()));
            }
            return MemorySegment.ofArray(values);
        }
        short[] values = new short[count];
        for (int i = 0; i < count; i++) {
            float value = (float) (mean + deviation * random.nextGaussian());
            values[i] = dtype == DType.BF16 ? Narrow.toBf16(value) : Narrow.toF16(value);
        }
        return MemorySegment.ofArray(values);
    }

    private static boolean isScale(String name) {
        return name.endsWith("gamma") || name.matches(".*\\bnorm\\w*\\.weight");
    }

    private static double deviation(String name, Shape shape) {
        double inputs = (double) shape.elements() / shape.dim(0);
        if (isScale(name)) {
            return 0.1;
        }
        if (name.endsWith("modulation")) {
            return 0.1 / Math.sqrt(shape.dim(shape.rank() - 1));
        }
        if (name.startsWith("token_embedding")) {
            return 1;
        }
        if (name.endsWith("attn.q.weight") && !name.contains("self") && !name.contains("cross")) {
            // UMT5 does not divide its scores by the root of the head size.
            return 1 / Math.sqrt(inputs * 64);
        }
        return shape.rank() > 2 ? 1 / Math.sqrt(inputs) : MATRIX;
    }
}
