package dev.caravan.inference.pipeline.causal;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** What the process has from the C library's allocator. Unlike its resident size it does not depend on what the garbage collector does. */
final class NativeMemory {

    /** {@code struct mallinfo2} of glibc: ten sizes. */
    private static final MemoryLayout INFO = MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG);
    private static final int MAPPED = 4;
    private static final int USED = 7;

    private NativeMemory() {}

    /** Bytes that were asked for and not given back; 0 where the system does not tell. */
    static long inUse() {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> function = linker.defaultLookup().find("mallinfo2");
        if (function.isEmpty()) {
            return 0;
        }
        MethodHandle call = linker.downcallHandle(function.get(), FunctionDescriptor.of(MemoryLayout.structLayout(INFO)));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = (MemorySegment) call.invokeExact((SegmentAllocator) arena);
            return info.getAtIndex(ValueLayout.JAVA_LONG, MAPPED) + info.getAtIndex(ValueLayout.JAVA_LONG, USED);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
