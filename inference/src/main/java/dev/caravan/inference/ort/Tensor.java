package dev.caravan.inference.ort;

import dev.caravan.inference.ort.OrtApi.Call;
import dev.caravan.inference.ort.OrtApi.Release;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Narrow;
import dev.caravan.inference.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Numbers in a device's memory, at one address for life. A {@link #view} shares the memory of another tensor. Closing frees the memory
 * (of a view: nothing); who uses a closed tensor or a view of one, also by a {@link Binding}, gets an exception. Methods may be called
 * from any thread.
 */
public final class Tensor implements AutoCloseable {

    private final Device device;
    private final DType dtype;
    private final Shape shape;
    private final MemorySegment memory;
    private final MemorySegment value;
    /** Whose memory this shares; null when it has its own. */
    private final @Nullable Tensor base;
    private boolean closed;

    private Tensor(Device device, DType dtype, Shape shape, MemorySegment memory, @Nullable Tensor base) {
        this.device = device;
        this.dtype = dtype;
        this.shape = shape;
        this.memory = memory;
        this.base = base;
        OrtApi api = device.api();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment dims = arena.allocateFrom(ValueLayout.JAVA_LONG, shape.dims());
            value = api.make(Call.CREATE_TENSOR_WITH_DATA,
                    device.space().info(), memory, shape.bytes(dtype), dims, (long) shape.rank(), dtype.onnx());
        }
        device.opened(1, 0, 0);
    }

    static Tensor allocate(Device device, DType dtype, Shape shape) {
        // An address of its own even for nothing.
        MemorySegment memory = device.space().allocate(Math.max(1, shape.bytes(dtype)));
        try {
            Tensor tensor = new Tensor(device, dtype, shape, memory, null);
            device.occupied(memory.byteSize());
            return tensor;
        } catch (RuntimeException e) {
            device.space().free(memory);
            throw e;
        }
    }

    public DType dtype() {
        return dtype;
    }

    public Shape shape() {
        return shape;
    }

    public Device device() {
        return device;
    }

    /**
     * The first elements of this tensor under another shape, sharing its memory.
     *
     * @throws IllegalArgumentException when it has fewer elements than that
     */
    public Tensor view(Shape prefix) {
        return view(0, prefix);
    }

    /** The elements from one on under another shape, sharing the memory. */
    public Tensor view(long firstElement, Shape part) {
        long from = Math.multiplyExact(firstElement, (long) dtype.bytes());
        if (firstElement < 0 || part.bytes(dtype) > shape.bytes(dtype) - from) {
            throw new IllegalArgumentException("no view of " + part + " from element " + firstElement + " on in a tensor of " + shape);
        }
        return device.call(() -> {
            requireOpen();
            return new Tensor(device, dtype, part, memory.asSlice(from), base == null ? this : base);
        });
    }

    /** Fills it with numbers, rounded to its type (floating-point types only). */
    public void write(float[] values) {
        if (values.length != shape.elements()) {
            throw new IllegalArgumentException(values.length + " numbers for a tensor of " + shape);
        }
        write(encode(values));
    }

    /** Fills it with raw bytes from the host. */
    public void write(MemorySegment bytes) {
        if (bytes.byteSize() != shape.bytes(dtype)) {
            throw new IllegalArgumentException(bytes.byteSize() + " bytes for a tensor of " + shape.bytes(dtype));
        }
        MemorySegment lent = device.lent(bytes);
        device.call(() -> {
            requireOpen();
            device.space().write(memory, lent);
            device.transfers().wrote(bytes.byteSize());
            return null;
        });
    }

    /** Copies it to the host as floats (floating-point types only). */
    public float[] floats() {
        return decode(bytes());
    }

    /** Copies its bytes to the host. */
    public byte[] bytes() {
        byte[] out = new byte[Math.toIntExact(shape.bytes(dtype))];
        read(MemorySegment.ofArray(out));
        return out;
    }

    /** Copies its bytes into host memory of the same size: without garbage when the memory is used again. */
    public void read(MemorySegment into) {
        if (into.byteSize() != shape.bytes(dtype)) {
            throw new IllegalArgumentException(into.byteSize() + " bytes for a tensor of " + shape.bytes(dtype));
        }
        MemorySegment lent = device.lent(into);
        device.call(() -> {
            requireOpen();
            device.space().read(memory, lent);
            device.transfers().read(into.byteSize());
            return null;
        });
    }

    /** Copies another tensor of the same type and size into this one, on the device; the two may overlap. */
    public void copyFrom(Tensor other) {
        if (other.dtype != dtype || other.shape.elements() != shape.elements() || other.device != device) {
            throw new IllegalArgumentException("cannot copy " + other + " into " + this);
        }
        device.call(() -> {
            requireOpen();
            other.requireOpen();
            device.space().copy(memory, other.memory.asSlice(0, shape.bytes(dtype)));
            device.transfers().moved(shape.bytes(dtype));
            return null;
        });
    }

    /** Sets every bit to zero. */
    public void zero() {
        device.call(() -> {
            requireOpen();
            device.space().zero(memory.asSlice(0, shape.bytes(dtype)));
            return null;
        });
    }

    MemorySegment value() {
        requireOpen();
        return value;
    }

    /** On the device's thread, where tensors are closed. */
    void requireOpen() {
        if (closed || base != null && base.closed) {
            throw new IllegalStateException("the tensor " + this + " is closed");
        }
    }

    private MemorySegment encode(float[] values) {
        return dtype == DType.F32 ? MemorySegment.ofArray(values) : MemorySegment.ofArray(Narrow.bits(dtype, values));
    }

    private float[] decode(byte[] raw) {
        MemorySegment bytes = MemorySegment.ofArray(raw);
        float[] out = new float[raw.length / dtype.bytes()];
        for (int i = 0; i < out.length; i++) {
            out[i] = switch (dtype) {
                case F32 -> bytes.get(ValueLayout.JAVA_FLOAT_UNALIGNED, i * 4L);
                case BF16 -> Narrow.fromBf16(bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED, i * 2L));
                case F16 -> Narrow.fromF16(bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED, i * 2L));
                default -> throw new IllegalStateException("a tensor of " + dtype + " gives no floats");
            };
        }
        return out;
    }

    @Override
    public void close() {
        device.call(() -> {
            if (!closed) {
                closed = true;
                device.api().release(Release.VALUE, value);
                device.opened(-1, 0, 0);
                if (base == null) {
                    device.space().free(memory);
                    device.occupied(-memory.byteSize());
                }
            }
            return null;
        });
    }

    @Override
    public String toString() {
        return dtype + shape.toString();
    }
}
