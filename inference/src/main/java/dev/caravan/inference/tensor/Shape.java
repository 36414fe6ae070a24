package dev.caravan.inference.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Sizes of a tensor's axes, outermost first; row-major in memory. No axes is a scalar. Immutable. */
public final class Shape {

    private final long[] dims;

    private Shape(long[] dims) {
        this.dims = dims;
    }

    /** @throws IllegalArgumentException for a negative size or more elements than a {@code long} counts */
    public static Shape of(long... dims) {
        long elements = 1;
        for (long dim : dims) {
            if (dim < 0) {
                throw new IllegalArgumentException("a size cannot be negative: " + Arrays.toString(dims));
            }
            try {
                elements = Math.multiplyExact(elements, dim);
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException("too large for a tensor: " + Arrays.toString(dims), e);
            }
        }
        return new Shape(dims.clone());
    }

    public int rank() {
        return dims.length;
    }

    /** Size of an axis; negative axes count from the end. */
    public long dim(int axis) {
        return dims[axis < 0 ? dims.length + axis : axis];
    }

    public long[] dims() {
        return dims.clone();
    }

    public long elements() {
        long product = 1;
        for (long dim : dims) {
            product *= dim;
        }
        return product;
    }

    /** Bytes of a contiguous tensor of this shape. */
    public long bytes(DType dtype) {
        return Math.multiplyExact(elements(), (long) dtype.bytes());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** For example {@code [1536,256]}. */
    @Override
    public String toString() {
        return Arrays.stream(dims).mapToObj(Long::toString).collect(Collectors.joining(",", "[", "]"));
    }
}
