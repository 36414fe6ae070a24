package dev.caravan.inference.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.caravan.inference.ort.OrtApi.Call;
import dev.caravan.inference.ort.OrtApi.Release;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.OptionalLong;

/**
 * Memory of the C library. Arenas are not used: theirs counts against the JVM's limit for direct buffers, which is a small fraction of
 * what models need.
 */
final class HostMemory implements TensorMemory {

    /** What vector instructions like best. */
    private static final long ALIGNMENT = 64;

    private static final MethodHandle CALLOC = function("calloc", FunctionDescriptor.of(ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle FREE = function("free", FunctionDescriptor.ofVoid(ADDRESS));

    private final OrtApi api;
    private final MemorySegment info;

    HostMemory(OrtApi api) {
        this.api = api;
        this.info = api.make(Call.CREATE_CPU_MEMORY_INFO, 0, 0);
    }

    @Override
    public MemorySegment info() {
        return info;
    }

    @Override
    public MemorySegment allocate(long bytes) {
        try {
            MemorySegment raw = (MemorySegment) CALLOC.invokeExact(1L, Math.addExact(bytes, ALIGNMENT));
            if (raw.address() == 0) {
                throw OrtException.noRoomFor(bytes);
            }
            long aligned = raw.address() / ALIGNMENT * ALIGNMENT + ALIGNMENT;
            // calloc aligns to 16 bytes, so that there is always room before for where to free.
            MemorySegment.ofAddress(aligned - JAVA_LONG.byteSize()).reinterpret(JAVA_LONG.byteSize()).set(JAVA_LONG, 0, raw.address());
            return MemorySegment.ofAddress(aligned).reinterpret(bytes);
        } catch (ArithmeticException e) {
            throw OrtException.noRoomFor(bytes);
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new OrtException(0, "memory could not be asked for: " + e);
        }
    }

    @Override
    public void free(MemorySegment memory) {
        long before = memory.address() - JAVA_LONG.byteSize();
        try {
            FREE.invokeExact(MemorySegment.ofAddress(MemorySegment.ofAddress(before).reinterpret(JAVA_LONG.byteSize()).get(JAVA_LONG, 0)));
        } catch (Throwable e) {
            throw new OrtException(0, "memory could not be given back: " + e);
        }
    }

    @Override
    public void write(MemorySegment to, MemorySegment host) {
        to.copyFrom(host);
    }

    @Override
    public void read(MemorySegment from, MemorySegment host) {
        host.copyFrom(from.asSlice(0, host.byteSize()));
    }

    @Override
    public void copy(MemorySegment to, MemorySegment from) {
        to.copyFrom(from);
    }

    @Override
    public void zero(MemorySegment memory) {
        memory.fill((byte) 0);
    }

    @Override
    public OptionalLong free() {
        return HostRoom.OF_THIS_MACHINE.free();
    }

    @Override
    public OptionalLong total() {
        return HostRoom.OF_THIS_MACHINE.total();
    }

    @Override
    public void close() {
        api.release(Release.MEMORY_INFO, info);
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }
}
