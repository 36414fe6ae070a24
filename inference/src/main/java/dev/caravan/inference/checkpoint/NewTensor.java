package dev.caravan.inference.checkpoint;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Narrow;
import dev.caravan.inference.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A tensor that is to be written. Its numbers are made only when their turn comes, so that a file may be larger than memory.
 *
 * @param source gives exactly the bytes of the type and shape, row-major
 */
public record NewTensor(String name, DType dtype, Shape shape, Source source) {

    /** Elements that are converted at once. */
    private static final int PIECE = 1 << 20;

    /** Makes a tensor's bytes. */
    @FunctionalInterface
    public interface Source {

        void writeTo(Sink sink) throws IOException, CheckpointException;
    }

    /** Takes a tensor's bytes, in as many pieces as one likes. */
    @FunctionalInterface
    public interface Sink {

        void write(MemorySegment bytes) throws IOException;
    }

    /** One whose numbers are in memory; rounded to the type if it is narrower than they are. */
    public static NewTensor of(String name, DType dtype, Shape shape, float... values) {
        return new NewTensor(name, dtype, shape, sink -> sink.write(encoded(dtype, values)));
    }

    /**
     * A contiguous copy of a stored one, in a type of one's choice: to a narrower type by rounding to nearest, ties to even.
     *
     * @param dtype the tensor's own, or F32, BF16, F16 or F8_E4M3
     */
    public static NewTensor copyOf(StoredTensor tensor, DType dtype) {
        if (tensor.dtype() != dtype) {
            encoded(dtype);
        }
        return new NewTensor(tensor.name(), dtype, tensor.shape(), sink -> copy(tensor, dtype, sink));
    }

    private static void copy(StoredTensor tensor, DType dtype, Sink sink) throws IOException, CheckpointException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = TensorBytes.rowMajor(tensor, arena);
            if (tensor.dtype() == dtype) {
                sink.write(bytes);
                return;
            }
            long piece = (long) PIECE * tensor.dtype().bytes();
            for (long at = 0; at < bytes.byteSize(); at += piece) {
                MemorySegment part = bytes.asSlice(at, Math.min(piece, bytes.byteSize() - at));
                sink.write(encoded(dtype, TensorBytes.floats(tensor.dtype(), part)));
            }
        }
    }

    private static MemorySegment encoded(DType dtype, float... values) {
        return dtype == DType.F32 ? MemorySegment.ofArray(values) : MemorySegment.ofArray(Narrow.bits(dtype, values));
    }

    /** Bytes of its elements. */
    public long bytes() {
        return shape.bytes(dtype);
    }
}
