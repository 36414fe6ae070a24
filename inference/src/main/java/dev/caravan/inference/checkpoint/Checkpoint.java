package dev.caravan.inference.checkpoint;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Narrow;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The tensors of one file by name, in file order. Immutable, thread-safe; holds no file open.
 *
 * @param path    the file
 * @param tensors by name
 */
public record Checkpoint(Path path, Map<String, StoredTensor> tensors) {

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(java.nio.ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(java.nio.ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(java.nio.ByteOrder.LITTLE_ENDIAN);

    public Checkpoint {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /**
     * Reads the table of contents of a safetensors file, a PyTorch zip (.pt, .pth) or a PyTorch file older than 1.6.
     *
     * @throws CheckpointException when it is none of these, is damaged, or holds what is never executed
     */
    public static Checkpoint open(Path path) throws CheckpointException {
        return Safetensors.open(path);
    }

    public Optional<StoredTensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /**
     * Copies one tensor as floats, row-major, whatever its type and strides.
     *
     * @throws CheckpointException when the file cannot be read any more, or it has more than 2^31 - 1 elements
     */
    public static float[] floats(StoredTensor tensor) throws CheckpointException {
        if (tensor.shape().elements() > Integer.MAX_VALUE - 8) {
            throw new CheckpointException(tensor.name() + " has too many elements to copy: " + tensor.shape());
        }
        try (FileChannel channel = FileChannel.open(tensor.file(), StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            float[] out = new float[(int) tensor.shape().elements()];
            long[] index = new long[tensor.shape().rank()];
            for (int i = 0; i < out.length; i++) {
                long element = 0;
                for (int axis = 0; axis < index.length; axis++) {
                    element += index[axis] * tensor.strides()[axis];
                }
                out[i] = element(file, tensor.dtype(), tensor.offset() + element * tensor.dtype().bytes());
                for (int axis = index.length - 1; axis >= 0 && ++index[axis] == tensor.shape().dim(axis); axis--) {
                    index[axis] = 0;
                }
            }
            return out;
        } catch (IOException | IndexOutOfBoundsException e) {
            throw new CheckpointException(tensor.file().getFileName() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static float element(MemorySegment file, DType dtype, long at) {
        return switch (dtype) {
            case F32 -> Float.intBitsToFloat(file.get(INT, at));
            case F64 -> (float) Double.longBitsToDouble(file.get(LONG, at));
            case F16 -> Narrow.fromF16(file.get(SHORT, at));
            case BF16 -> Narrow.fromBf16(file.get(SHORT, at));
            case F8_E4M3 -> Narrow.fromE4m3(file.get(ValueLayout.JAVA_BYTE, at));
            case F8_E5M2 -> Narrow.fromE5m2(file.get(ValueLayout.JAVA_BYTE, at));
            case I64 -> file.get(LONG, at);
            case I32 -> file.get(INT, at);
            case I16 -> file.get(SHORT, at);
            case I8 -> file.get(ValueLayout.JAVA_BYTE, at);
            case U8, BOOL -> file.get(ValueLayout.JAVA_BYTE, at) & 255;
        };
    }
}
