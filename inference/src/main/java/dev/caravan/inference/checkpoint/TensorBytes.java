package dev.caravan.inference.checkpoint;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Narrow;
import dev.caravan.inference.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;

/** The bytes of stored tensors in row-major order, and what they mean. */
final class TensorBytes {

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private TensorBytes() {}

    /** Mapped where they are contiguous, else copied together. */
    static MemorySegment rowMajor(StoredTensor tensor, Arena arena) throws CheckpointException {
        long span = tensor.span();
        if (span == 0) {
            return MemorySegment.NULL;
        }
        try (FileChannel channel = FileChannel.open(tensor.file(), StandardOpenOption.READ)) {
            if (tensor.offset() > channel.size() - span) {
                throw new CheckpointException(tensor.file().getFileName() + " became shorter since it was opened");
            }
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, tensor.offset(), span, arena);
            return tensor.contiguous() ? mapped : gathered(tensor, mapped, arena.allocate(tensor.bytes(), 64));
        } catch (IOException e) {
            throw CheckpointException.reading(tensor.file(), e);
        }
    }

    /** Copies in runs: as many of the innermost axes as follow each other are one run. */
    private static MemorySegment gathered(StoredTensor tensor, MemorySegment from, MemorySegment to) {
        Shape shape = tensor.shape();
        long[] strides = tensor.strides();
        int outer = shape.rank();
        long run = 1;
        while (outer > 0 && (shape.dim(outer - 1) == 1 || strides[outer - 1] == run)) {
            run *= shape.dim(--outer);
        }
        long bytes = run * tensor.dtype().bytes();
        long[] index = new long[outer];
        for (long at = 0; at < to.byteSize(); at += bytes) {
            long element = 0;
            for (int axis = 0; axis < outer; axis++) {
                element += index[axis] * strides[axis];
            }
            MemorySegment.copy(from, element * tensor.dtype().bytes(), to, at, bytes);
            for (int axis = outer - 1; axis >= 0 && ++index[axis] == shape.dim(axis); axis--) {
                index[axis] = 0;
            }
        }
        return to;
    }

    static float[] floats(DType dtype, MemorySegment bytes) {
        float[] out = new float[(int) (bytes.byteSize() / dtype.bytes())];
        switch (dtype) {
            case F32 -> MemorySegment.copy(bytes, FLOAT, 0, out, 0, out.length);
            case BF16 -> {
                for (int i = 0; i < out.length; i++) {
                    out[i] = Narrow.fromBf16(bytes.get(SHORT, 2L * i));
                }
            }
            default -> {
                for (int i = 0; i < out.length; i++) {
                    out[i] = element(dtype, bytes, (long) i * dtype.bytes());
                }
            }
        }
        return out;
    }

    private static float element(DType dtype, MemorySegment bytes, long at) {
        return switch (dtype) {
            case F32 -> bytes.get(FLOAT, at);
            case F64 -> (float) bytes.get(DOUBLE, at);
            case F16 -> Narrow.fromF16(bytes.get(SHORT, at));
            case BF16 -> Narrow.fromBf16(bytes.get(SHORT, at));
            case F8_E4M3 -> Narrow.fromE4m3(bytes.get(BYTE, at));
            case F8_E5M2 -> Narrow.fromE5m2(bytes.get(BYTE, at));
            case I64 -> bytes.get(LONG, at);
            case I32 -> bytes.get(INT, at);
            case I16 -> bytes.get(SHORT, at);
            case I8 -> bytes.get(BYTE, at);
            case U8, BOOL -> bytes.get(BYTE, at) & 255;
        };
    }
}
