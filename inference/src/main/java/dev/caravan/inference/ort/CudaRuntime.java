package dev.caravan.inference.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The few functions of libcudart that tensors need; their signatures have been the same from CUDA 11 to 13. The library stays loaded.
 * A device is chosen per thread, so all is called by the device's thread.
 */
final class CudaRuntime {

    /** {@code cudaMemcpyKind}. */
    static final int HOST_TO_DEVICE = 1;

    static final int DEVICE_TO_HOST = 2;
    static final int DEVICE_TO_DEVICE = 3;

    private static final int NO_MEMORY = 2;
    private static final long LONGEST_TEXT = 4096;

    private final SymbolLookup library;
    private final MethodHandle malloc;
    private final MethodHandle free;
    private final MethodHandle mallocHost;
    private final MethodHandle freeHost;
    private final MethodHandle memcpy;
    private final MethodHandle memset;
    private final MethodHandle memGetInfo;
    private final MethodHandle synchronize;
    private final MethodHandle setDevice;
    private final MethodHandle runtimeVersion;
    private final MethodHandle lastError;
    private final MethodHandle errorText;

    /**
     * @param name for example {@code libcudart.so.13}, found as the system finds libraries
     * @throws OrtException when it cannot be loaded
     */
    CudaRuntime(String name) {
        try {
            library = SymbolLookup.libraryLookup(name, Arena.global());
        } catch (IllegalArgumentException e) {
            throw new OrtException(0, name + " cannot be loaded");
        }
        malloc = function("cudaMalloc", ADDRESS, JAVA_LONG);
        free = function("cudaFree", ADDRESS);
        mallocHost = function("cudaMallocHost", ADDRESS, JAVA_LONG);
        freeHost = function("cudaFreeHost", ADDRESS);
        memcpy = function("cudaMemcpy", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT);
        memset = function("cudaMemset", ADDRESS, JAVA_INT, JAVA_LONG);
        memGetInfo = function("cudaMemGetInfo", ADDRESS, ADDRESS);
        synchronize = function("cudaStreamSynchronize", ADDRESS);
        setDevice = function("cudaSetDevice", JAVA_INT);
        runtimeVersion = function("cudaRuntimeGetVersion", ADDRESS);
        lastError = function("cudaGetLastError");
        errorText = Linker.nativeLinker().downcallHandle(
                library.findOrThrow("cudaGetErrorString"), FunctionDescriptor.of(ADDRESS, JAVA_INT));
    }

    private MethodHandle function(String name, MemoryLayout... parameters) {
        MemorySegment symbol = library.find(name).orElseThrow(() -> new OrtException(0, "libcudart has no " + name));
        return Linker.nativeLinker().downcallHandle(symbol, FunctionDescriptor.of(JAVA_INT, parameters));
    }

    /** Chooses the device of the calling thread. */
    void setDevice(int device) {
        check("cudaSetDevice", () -> (int) setDevice.invokeExact(device));
    }

    /** For example 13000 for 13.0. */
    int version() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_INT);
            check("cudaRuntimeGetVersion", () -> (int) runtimeVersion.invokeExact(out));
            return out.get(JAVA_INT, 0);
        }
    }

    /** Memory of the device, not zeroed. */
    MemorySegment malloc(long bytes) {
        return allocate("cudaMalloc", malloc, bytes);
    }

    void free(MemorySegment memory) {
        check("cudaFree", () -> (int) free.invokeExact(memory));
    }

    /** Memory of the host that the device can read and write by itself. */
    MemorySegment mallocHost(long bytes) {
        return allocate("cudaMallocHost", mallocHost, bytes);
    }

    void freeHost(MemorySegment memory) {
        check("cudaFreeHost", () -> (int) freeHost.invokeExact(memory));
    }

    private MemorySegment allocate(String name, MethodHandle function, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            check(name, () -> (int) function.invokeExact(out, bytes));
            return out.get(ADDRESS, 0).reinterpret(bytes);
        }
    }

    /**
     * Copies and waits. Most copies may return before the last byte has arrived, and ONNX Runtime's stream does not wait for them: hence
     * the wait.
     */
    void copy(MemorySegment to, MemorySegment from, long bytes, int kind) {
        check("cudaMemcpy", () -> (int) memcpy.invokeExact(to, from, bytes, kind));
        synchronize();
    }

    /** Zeroes and waits. */
    void zero(MemorySegment memory, long bytes) {
        check("cudaMemset", () -> (int) memset.invokeExact(memory, 0, bytes));
        synchronize();
    }

    private void synchronize() {
        check("cudaStreamSynchronize", () -> (int) synchronize.invokeExact(MemorySegment.NULL));
    }

    /** Bytes that are free on the device, and that it has. */
    long[] memory() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_LONG, 2);
            check("cudaMemGetInfo", () -> (int) memGetInfo.invokeExact(out, out.asSlice(JAVA_LONG.byteSize())));
            return new long[] {out.getAtIndex(JAVA_LONG, 0), out.getAtIndex(JAVA_LONG, 1)};
        }
    }

    private interface Function {
        int call() throws Throwable;
    }

    private void check(String name, Function function) {
        try {
            int error = function.call();
            if (error == 0) {
                return;
            }
            // Forgotten, or the next kernel launched by this thread would be blamed for it.
            int ignored = (int) lastError.invokeExact();
            String text = ((MemorySegment) errorText.invokeExact(error)).reinterpret(LONGEST_TEXT).getString(0);
            throw new OrtException(error, name + ": " + (error == NO_MEMORY ? "out of memory" : text));
        } catch (OrtException e) {
            throw e;
        } catch (Throwable e) {
            throw new OrtException(0, name + " could not be called: " + e);
        }
    }
}
