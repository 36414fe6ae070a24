package dev.caravan.inference.checkpoint;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Where one tensor lies in a file. Its bytes were checked to lie inside the file when the checkpoint was opened.
 *
 * @param offset  position of its first element in the file, bytes; any alignment
 * @param strides distance between neighbours along each axis, elements
 */
public record StoredTensor(String name, DType dtype, Shape shape, Path file, long offset, long[] strides) {

    /** A tensor whose elements follow each other. */
    public static StoredTensor contiguous(String name, DType dtype, Shape shape, Path file, long offset) {
        return new StoredTensor(name, dtype, shape, file, offset, rowMajor(shape));
    }

    /** Whether a network can use the bytes where they are. */
    public boolean contiguous() {
        long[] expected = rowMajor(shape);
        for (int axis = 0; axis < expected.length; axis++) {
            // The stride of an axis of one element is never used.
            if (shape.dim(axis) != 1 && strides[axis] != expected[axis]) {
                return false;
            }
        }
        return true;
    }

    /** Bytes of its elements, wherever they lie. */
    public long bytes() {
        return shape.bytes(dtype);
    }

    /** Bytes from the beginning of its first element to the end of its last one in the file. */
    public long span() {
        if (shape.elements() == 0) {
            return 0;
        }
        long last = 0;
        for (int axis = 0; axis < strides.length; axis++) {
            last += (shape.dim(axis) - 1) * strides[axis];
        }
        return (last + 1) * dtype.bytes();
    }

    /** The same bytes under another name. */
    public StoredTensor named(String other) {
        return new StoredTensor(other, dtype, shape, file, offset, strides);
    }

    private static long[] rowMajor(Shape shape) {
        long[] strides = new long[shape.rank()];
        long step = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            strides[axis] = step;
            step *= shape.dim(axis);
        }
        return strides;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StoredTensor t && name.equals(t.name) && dtype == t.dtype && shape.equals(t.shape) && file.equals(t.file)
                && offset == t.offset && Arrays.equals(strides, t.strides);
    }

    @Override
    public int hashCode() {
        return name.hashCode() * 31 + Long.hashCode(offset);
    }
}
