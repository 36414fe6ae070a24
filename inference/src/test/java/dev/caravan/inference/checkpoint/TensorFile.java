package dev.caravan.inference.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Narrow;
import dev.caravan.inference.tensor.Shape;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A safetensors file under construction. */
public final class TensorFile {

    private final ObjectNode header = new ObjectMapper().createObjectNode();
    private final List<byte[]> data = new ArrayList<>();
    private long bytes;

    /** Adds a tensor, its numbers rounded to the type. */
    public TensorFile add(String name, DType dtype, Shape shape, float[] values) {
        ByteBuffer encoded = ByteBuffer.allocate(values.length * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            switch (dtype) {
                case F32 -> encoded.putFloat(value);
                case BF16 -> encoded.putShort(Narrow.toBf16(value));
                case F8_E4M3 -> encoded.put(toE4m3(value));
                default -> throw new IllegalArgumentException(dtype.name());
            }
        }
        data.add(encoded.array());
        return describe(name, dtype, shape);
    }

    /** Adds a tensor of zeros that takes no room on the disk. */
    public TensorFile addHole(String name, DType dtype, Shape shape) {
        return describe(name, dtype, shape);
    }

    private TensorFile describe(String name, DType dtype, Shape shape) {
        ObjectNode entry = header.putObject(name).put("dtype", dtype.name());
        Arrays.stream(shape.dims()).forEach(entry.putArray("shape")::add);
        entry.putArray("data_offsets").add(bytes).add(bytes + shape.bytes(dtype));
        bytes += shape.bytes(dtype);
        return this;
    }

    /** Written as it is now, also over a file that is there. */
    public Path write(Path path) {
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
            file.write(json);
            for (byte[] tensor : data) {
                file.write(tensor);
            }
            file.setLength(8 + json.length + bytes);
            return path;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The nearest of the 253 numbers that fp8 has; of two as near, the even one. */
    public static byte toE4m3(float value) {
        int best = 0;
        for (int bits = 1; bits < 256; bits++) {
            float distance = Math.abs(Narrow.fromE4m3((byte) bits) - value);
            float least = Math.abs(Narrow.fromE4m3((byte) best) - value);
            if (distance < least || distance == least && (bits & 1) == 0 && (best & 1) == 1) {
                best = bits;
            }
        }
        return (byte) best;
    }
}
