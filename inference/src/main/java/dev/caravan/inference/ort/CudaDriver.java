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

/**
 * The first GPU as its driver tells it, without any other CUDA library.
 *
 * @param name    for example {@code NVIDIA H200}
 * @param version newest CUDA the driver can serve, 13000 for 13.0
 * @param memory  bytes
 */
record CudaDriver(String name, int version, long memory) {

    private static final int NAME_BYTES = 256;

    /**
     * Asks the driver.
     *
     * @throws OrtException with one line when there is none, or no GPU
     */
    static CudaDriver find() {
        String file = OrtNatives.platform().startsWith("win") ? "nvcuda.dll" : "libcuda.so.1";
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup library;
            try {
                library = SymbolLookup.libraryLookup(file, Arena.global());
            } catch (IllegalArgumentException e) {
                throw new OrtException(0, "no NVIDIA driver found (" + file + " cannot be loaded)");
            }
            MemorySegment out = arena.allocate(JAVA_LONG);
            call(library, "cuInit", new MemoryLayout[] {JAVA_INT}, 0);
            call(library, "cuDeviceGetCount", new MemoryLayout[] {ADDRESS}, out);
            if (out.get(JAVA_INT, 0) < 1) {
                throw new OrtException(0, "the NVIDIA driver shows no GPU");
            }
            call(library, "cuDriverGetVersion", new MemoryLayout[] {ADDRESS}, out);
            int version = out.get(JAVA_INT, 0);
            call(library, "cuDeviceGet", new MemoryLayout[] {ADDRESS, JAVA_INT}, out, 0);
            int device = out.get(JAVA_INT, 0);
            MemorySegment name = arena.allocate(NAME_BYTES);
            call(library, "cuDeviceGetName", new MemoryLayout[] {ADDRESS, JAVA_INT, JAVA_INT}, name, NAME_BYTES, device);
            call(library, "cuDeviceTotalMem_v2", new MemoryLayout[] {ADDRESS, JAVA_INT}, out, device);
            return new CudaDriver(name.getString(0), version, out.get(JAVA_LONG, 0));
        }
    }

    private static void call(SymbolLookup library, String name, MemoryLayout[] parameters, Object... arguments) {
        int error;
        try {
            error = (int) Linker.nativeLinker()
                    .downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, parameters))
                    .invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new OrtException(0, "the NVIDIA driver has no usable " + name);
        }
        if (error != 0) {
            throw new OrtException(error, "the NVIDIA driver cannot be used (" + name + " gives " + error + ")");
        }
    }

    /** For example {@code NVIDIA H200, 139 GB, driver for CUDA 13.0}. */
    @Override
    public String toString() {
        return name + ", " + (memory >> 30) + " GB, driver for CUDA " + version / 1000 + "." + version % 1000 / 10;
    }
}
