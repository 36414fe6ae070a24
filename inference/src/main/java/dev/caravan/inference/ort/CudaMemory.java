package dev.caravan.inference.ort;

import dev.caravan.inference.ort.OrtApi.Call;
import dev.caravan.inference.ort.OrtApi.Release;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/** Memory of a GPU by libcudart. Numbers on the Java heap go through a small piece of page-locked host memory. */
final class CudaMemory implements TensorMemory {

    /** {@code OrtDeviceAllocator} and {@code OrtMemTypeDefault}: plain device memory. */
    private static final int DEVICE_ALLOCATOR = 0;

    private static final int DEFAULT_MEMORY = 0;
    private static final long STAGING_BYTES = 8 << 20;

    private final OrtApi api;
    private final CudaRuntime cuda;
    private final MemorySegment info;
    private final MemorySegment staging;

    /** Made on the thread that uses it. */
    CudaMemory(OrtApi api, CudaRuntime cuda, int device) {
        this.api = api;
        this.cuda = cuda;
        cuda.setDevice(device);
        staging = cuda.mallocHost(STAGING_BYTES);
        try (Arena arena = Arena.ofConfined()) {
            info = api.make(Call.CREATE_MEMORY_INFO, arena.allocateFrom("Cuda"), DEVICE_ALLOCATOR, device, DEFAULT_MEMORY);
        }
    }

    @Override
    public MemorySegment info() {
        return info;
    }

    @Override
    public MemorySegment allocate(long bytes) {
        MemorySegment memory = cuda.malloc(bytes);
        cuda.zero(memory, bytes);
        return memory;
    }

    @Override
    public void free(MemorySegment memory) {
        cuda.free(memory);
    }

    @Override
    public void write(MemorySegment to, MemorySegment host) {
        if (host.isNative()) {
            cuda.copy(to, host, host.byteSize(), CudaRuntime.HOST_TO_DEVICE);
            return;
        }
        for (long at = 0; at < host.byteSize(); at += STAGING_BYTES) {
            long bytes = Math.min(STAGING_BYTES, host.byteSize() - at);
            MemorySegment.copy(host, at, staging, 0, bytes);
            cuda.copy(to.asSlice(at), staging, bytes, CudaRuntime.HOST_TO_DEVICE);
        }
    }

    @Override
    public void read(MemorySegment from, MemorySegment host) {
        if (host.isNative()) {
            cuda.copy(host, from, host.byteSize(), CudaRuntime.DEVICE_TO_HOST);
            return;
        }
        for (long at = 0; at < host.byteSize(); at += STAGING_BYTES) {
            long bytes = Math.min(STAGING_BYTES, host.byteSize() - at);
            cuda.copy(staging, from.asSlice(at), bytes, CudaRuntime.DEVICE_TO_HOST);
            MemorySegment.copy(staging, 0, host, at, bytes);
        }
    }

    @Override
    public void copy(MemorySegment to, MemorySegment from) {
        long bytes = from.byteSize();
        if (Math.abs(to.address() - from.address()) >= bytes) {
            cuda.copy(to, from, bytes, CudaRuntime.DEVICE_TO_DEVICE);
            return;
        }
        // cudaMemcpy does not say what it does with ranges that overlap.
        MemorySegment between = cuda.malloc(bytes);
        try {
            cuda.copy(between, from, bytes, CudaRuntime.DEVICE_TO_DEVICE);
            cuda.copy(to, between, bytes, CudaRuntime.DEVICE_TO_DEVICE);
        } finally {
            cuda.free(between);
        }
    }

    @Override
    public void zero(MemorySegment memory) {
        cuda.zero(memory, memory.byteSize());
    }

    @Override
    public OptionalLong free() {
        return OptionalLong.of(cuda.memory()[0]);
    }

    @Override
    public OptionalLong total() {
        return OptionalLong.of(cuda.memory()[1]);
    }

    @Override
    public void close() {
        cuda.freeHost(staging);
        api.release(Release.MEMORY_INFO, info);
    }
}
