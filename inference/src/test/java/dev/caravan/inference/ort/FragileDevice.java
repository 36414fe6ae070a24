package dev.caravan.inference.ort;

import dev.caravan.inference.golden.Ort;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The machine's processor as a device of its own, whose memory can be made small and whose driver can be made to fail. */
public final class FragileDevice implements AutoCloseable {

    /** As a driver that lost its GPU says it, with a place in somebody's sources and a second line. */
    public static final String LOST = "CUDA error 719: the launch failed in /build/onnxruntime/core/providers/cuda/cuda_call.cc:129\nstack";

    private static final long WITHOUT_LIMIT = Long.MAX_VALUE;
    private static final int NEVER = -1;

    private final AtomicLong limit = new AtomicLong(WITHOUT_LIMIT);
    private final AtomicLong told = new AtomicLong(WITHOUT_LIMIT);
    private final AtomicLong used = new AtomicLong();
    private final AtomicInteger untilFailure = new AtomicInteger(NEVER);
    private final AtomicBoolean freeFails = new AtomicBoolean();
    private final OrtRuntime runtime = OrtRuntime.load(Ort.NATIVES, Provider.CPU);
    /** Its clock stands still: who asks first comes first, however long things take. */
    private final Device device = Device.open(runtime, Provider.CPU, 1, () -> new Memory(new HostMemory(runtime.api())), () -> 0);

    public Device device() {
        return device;
    }

    /** Tensors may have so many bytes more than now. */
    public void leave(long bytes) {
        limit.set(used.get() + bytes);
    }

    /** It says that so many bytes are free, whatever the machine says. */
    public void tellFree(long bytes) {
        told.set(bytes);
    }

    /** There is memory again as the machine has it, and nothing fails. */
    public void mend() {
        told.set(WITHOUT_LIMIT);
        limit.set(WITHOUT_LIMIT);
        untilFailure.set(NEVER);
    }

    /** After so many more writes, reads and copies of tensors one fails with {@link #LOST}; those behind it work again. */
    public void failAfter(int operations) {
        untilFailure.set(operations);
    }

    /** The next memory given back is not taken, with {@link #LOST}. */
    public void failNextFree() {
        freeFails.set(true);
    }

    /** Whether the failure asked for is still to come. */
    public boolean willFail() {
        return untilFailure.get() >= 0;
    }

    /** Work that waits for the device. */
    public int waiting() {
        return device.waiting();
    }

    @Override
    public void close() {
        device.close();
        runtime.close();
    }

    private void count() {
        if (untilFailure.get() >= 0 && untilFailure.getAndDecrement() == 0) {
            throw new OrtException(1, LOST);
        }
    }

    private final class Memory implements TensorMemory {

        private final HostMemory host;

        private Memory(HostMemory host) {
            this.host = host;
        }

        @Override
        public MemorySegment info() {
            return host.info();
        }

        @Override
        public MemorySegment allocate(long bytes) {
            if (bytes > limit.get() - used.get()) {
                throw OrtException.noRoomFor(bytes);
            }
            MemorySegment memory = host.allocate(bytes);
            used.addAndGet(bytes);
            return memory;
        }

        @Override
        public void free(MemorySegment memory) {
            used.addAndGet(-memory.byteSize());
            host.free(memory);
            if (freeFails.getAndSet(false)) {
                throw new OrtException(1, LOST);
            }
        }

        @Override
        public void write(MemorySegment to, MemorySegment from) {
            count();
            host.write(to, from);
        }

        @Override
        public void read(MemorySegment from, MemorySegment to) {
            count();
            host.read(from, to);
        }

        @Override
        public void copy(MemorySegment to, MemorySegment from) {
            count();
            host.copy(to, from);
        }

        @Override
        public void zero(MemorySegment memory) {
            host.zero(memory);
        }

        @Override
        public OptionalLong free() {
            return OptionalLong.of(told.get());
        }

        @Override
        public void close() {
            host.close();
        }
    }
}
