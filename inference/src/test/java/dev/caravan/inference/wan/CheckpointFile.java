package dev.caravan.inference.wan;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;

/** Writes safetensors files for tests. */
final class CheckpointFile {

    private CheckpointFile() {}

    /** A file of zeros that takes no room on disk. */
    static Checkpoint sparse(Path path, DType dtype, Map<String, Shape> shapes) throws CheckpointException {
        byte[] header = header(dtype, shapes);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
            file.write(header);
            file.setLength(8 + header.length + shapes.values().stream().mapToLong(shape -> shape.bytes(dtype)).sum());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Checkpoint.open(path);
    }

    /** A file of fp32 numbers. */
    static Checkpoint of(Path path, Map<String, Shape> shapes, BiFunction<String, Shape, float[]> values) throws CheckpointException {
        byte[] header = header(DType.F32, shapes);
        try (FileChannel file = FileChannel.open(Files.createFile(path), java.nio.file.StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header.length));
            file.write(ByteBuffer.wrap(header));
            for (Map.Entry<String, Shape> tensor : shapes.entrySet()) {
                float[] numbers = values.apply(tensor.getKey(), tensor.getValue());
                ByteBuffer bytes = ByteBuffer.allocate(numbers.length * 4).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(numbers);
                file.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Checkpoint.open(path);
    }

    /** A network whose numbers stay near one from layer to layer: the more inputs an output has, the smaller its weights. */
    static float[] random(String name, Shape shape) {
        Random random = new Random(name.hashCode());
        float[] values = new float[(int) shape.elements()];
        double inputs = shape.rank() < 2 ? 1 : (double) shape.elements() / shape.dim(0);
        for (int i = 0; i < values.length; i++) {
            float unit = random.nextFloat();
            values[i] = name.endsWith("gamma") ? 0.5f + unit : (2 * unit - 1) * (float) Math.sqrt(2 / inputs);
        }
        return values;
    }

    private static byte[] header(DType dtype, Map<String, Shape> shapes) {
        List<String> entries = new ArrayList<>();
        long at = 0;
        for (Map.Entry<String, Shape> tensor : shapes.entrySet()) {
            long end = at + tensor.getValue().bytes(dtype);
            entries.add("\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                    .formatted(tensor.getKey(), dtype, Arrays.toString(tensor.getValue().dims()), at, end));
            at = end;
        }
        return ("{" + String.join(",", entries) + "}").getBytes(StandardCharsets.UTF_8);
    }
}
