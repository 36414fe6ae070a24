package dev.caravan.inference.ort;

import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/**
 * Where tensors of a device lie. A segment stands for an address there, which only a {@code TensorMemory} may read or write. Used by the
 * device's thread alone, so that nothing here overlaps a run; everything is finished when a method returns.
 */
interface TensorMemory extends AutoCloseable {

    /** What ONNX Runtime calls this place; an {@code OrtMemoryInfo*} that lives as long as this. */
    MemorySegment info();

    /**
     * Zeros.
     *
     * @throws OrtException that says so when there is no room
     */
    MemorySegment allocate(long bytes);

    void free(MemorySegment memory);

    /** Copies host memory, on the heap or not, to the beginning of {@code to}. */
    void write(MemorySegment to, MemorySegment host);

    /** Copies the beginning of {@code from} to host memory, on the heap or not. */
    void read(MemorySegment from, MemorySegment host);

    /** Copies within the device; the two may overlap. */
    void copy(MemorySegment to, MemorySegment from);

    void zero(MemorySegment memory);

    /** Bytes that are left, and that there are; empty where unknown. */
    default OptionalLong free() {
        return OptionalLong.empty();
    }

    default OptionalLong total() {
        return OptionalLong.empty();
    }

    @Override
    void close();
}
