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
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The function table {@code OrtApi}, version 23 (any ONNX Runtime from 1.23 on has it): every function used, with its slot and the types
 * of its parameters. Slots only ever get appended, so their numbers are stable. Thread-safe.
 */
final class OrtApi {

    static final int VERSION = 23;
    private static final int TABLE_SLOTS = 424;
    /** Since 1.28; older libraries have something else, or nothing, behind their table. */
    private static final int RELEASE_CAPTURED_GRAPH = 421;
    private static final long LONGEST_TEXT = 1 << 16;

    /** A function that returns an {@code OrtStatus*}; {@code A} a pointer, {@code I} an int, {@code L} a size_t or int64. */
    enum Call {
        CREATE_ENV(3, "IAA", Release.ENV),
        DISABLE_TELEMETRY(6, "A"),
        CREATE_SESSION_FROM_ARRAY(8, "AALAA", Release.SESSION),
        CREATE_SESSION_OPTIONS(10, "A", Release.SESSION_OPTIONS),
        DISABLE_CPU_ARENA(19, "A"),
        SET_GRAPH_OPTIMIZATION_LEVEL(23, "AI"),
        SET_INTRA_OP_THREADS(24, "AI"),
        SESSION_INPUT_COUNT(30, "AA"),
        SESSION_OUTPUT_COUNT(31, "AA"),
        SESSION_INPUT_NAME(36, "ALAA"),
        SESSION_OUTPUT_NAME(37, "ALAA"),
        CREATE_RUN_OPTIONS(39, "A", Release.RUN_OPTIONS),
        CREATE_TENSOR_WITH_DATA(49, "AALALIA", Release.VALUE),
        CREATE_MEMORY_INFO(68, "AIIIA", Release.MEMORY_INFO),
        CREATE_CPU_MEMORY_INFO(69, "IIA", Release.MEMORY_INFO),
        ALLOCATOR_FREE(76, "AA"),
        DEFAULT_ALLOCATOR(78, "A"),
        ADD_SESSION_CONFIG(130, "AAA"),
        RUN_WITH_BINDING(133, "AAA"),
        CREATE_IO_BINDING(134, "AA", Release.IO_BINDING),
        BIND_INPUT(136, "AAA"),
        BIND_OUTPUT(137, "AAA"),
        ADD_RUN_CONFIG(165, "AAA"),
        APPEND_CUDA(204, "AA"),
        CREATE_CUDA_OPTIONS(205, "A", Release.CUDA_OPTIONS),
        UPDATE_CUDA_OPTIONS(206, "AAAL");

        final int slot;
        /** How what it makes is freed; null when it makes nothing. */
        final @Nullable Release made;
        final FunctionDescriptor descriptor;

        Call(int slot, String parameters) {
            this(slot, parameters, null);
        }

        Call(int slot, String parameters, @Nullable Release made) {
            this.slot = slot;
            this.made = made;
            this.descriptor = FunctionDescriptor.of(ADDRESS, layouts(parameters));
        }
    }

    /** A function that frees what a {@link Call} made. */
    enum Release {
        ENV(92),
        STATUS(93),
        MEMORY_INFO(94),
        SESSION(95),
        VALUE(96),
        RUN_OPTIONS(97),
        SESSION_OPTIONS(100),
        IO_BINDING(135),
        CUDA_OPTIONS(208);

        final int slot;

        Release(int slot) {
            this.slot = slot;
        }
    }

    private final Map<Call, MethodHandle> calls = new EnumMap<>(Call.class);
    private final Map<Release, MethodHandle> releases = new EnumMap<>(Release.class);
    private final MethodHandle releaseCapturedGraph;
    private final Map<Release, LongAdder> live = new EnumMap<>(Release.class);
    private final MethodHandle errorCode;
    private final MethodHandle errorMessage;
    private final String version;

    /**
     * Binds the table of a library.
     *
     * @param arena keeps the library loaded
     * @throws OrtException when it is not ONNX Runtime, or one older than 1.23
     */
    OrtApi(Path library, Arena arena) {
        try {
            Linker linker = Linker.nativeLinker();
            MemorySegment getBase = SymbolLookup.libraryLookup(library, arena).findOrThrow("OrtGetApiBase");
            MemorySegment base = ((MemorySegment) linker.downcallHandle(getBase, FunctionDescriptor.of(ADDRESS)).invoke())
                    .reinterpret(2 * ADDRESS.byteSize());
            MemorySegment getVersion = base.get(ADDRESS, ADDRESS.byteSize());
            version = text((MemorySegment) linker.downcallHandle(getVersion, FunctionDescriptor.of(ADDRESS)).invoke());
            MemorySegment getApi = base.get(ADDRESS, 0);
            MemorySegment table = (MemorySegment)
                    linker.downcallHandle(getApi, FunctionDescriptor.of(ADDRESS, JAVA_INT)).invoke(VERSION);
            if (table.address() == 0) {
                throw new OrtException(0, "ONNX Runtime " + version + " is too old: 1.23 or newer is needed");
            }
            MemorySegment slots = table.reinterpret(TABLE_SLOTS * ADDRESS.byteSize());
            for (Call call : Call.values()) {
                calls.put(call, linker.downcallHandle(slots.getAtIndex(ADDRESS, call.slot), call.descriptor));
            }
            for (Release release : Release.values()) {
                live.put(release, new LongAdder());
                releases.put(release, linker.downcallHandle(slots.getAtIndex(ADDRESS, release.slot), FunctionDescriptor.ofVoid(ADDRESS)));
            }
            releaseCapturedGraph = linker.downcallHandle(FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT))
                    .bindTo(atLeast(version, 28) ? slots.getAtIndex(ADDRESS, RELEASE_CAPTURED_GRAPH) : getBase);
            errorCode = linker.downcallHandle(slots.getAtIndex(ADDRESS, 1), FunctionDescriptor.of(JAVA_INT, ADDRESS));
            errorMessage = linker.downcallHandle(slots.getAtIndex(ADDRESS, 2), FunctionDescriptor.of(ADDRESS, ADDRESS));
        } catch (OrtException e) {
            throw e;
        } catch (Throwable e) {
            throw new OrtException(0, library.getFileName() + " cannot be loaded as ONNX Runtime: " + e.getMessage());
        }
    }

    /** For example {@code 1.29.0}. */
    String version() {
        return version;
    }

    /** Calls a function; pointers as {@link MemorySegment}, ints and longs boxed, in the order of its parameters. */
    void call(Call call, Object... arguments) {
        MemorySegment status;
        try {
            status = (MemorySegment) calls.get(call).invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new OrtException(0, call + " could not be called: " + e);
        }
        check(status);
    }

    /** Calls a function whose last parameter, left out here, is a {@code T**} to be filled. */
    MemorySegment make(Call call, Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            Object[] all = java.util.Arrays.copyOf(arguments, arguments.length + 1);
            all[arguments.length] = out;
            call(call, all);
            if (call.made != null) {
                live.get(call.made).increment();
            }
            return out.get(ADDRESS, 0);
        }
    }

    /** Like {@link #make} for a {@code size_t*}. */
    long count(Call call, MemorySegment of) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_LONG);
            call(call, of, out);
            return out.get(JAVA_LONG, 0);
        }
    }

    /** The one call of the hot path, without boxing. */
    void run(MemorySegment session, MemorySegment options, MemorySegment binding) {
        MemorySegment status;
        try {
            status = (MemorySegment) calls.get(Call.RUN_WITH_BINDING).invokeExact(session, options, binding);
        } catch (Throwable e) {
            throw new OrtException(0, "a run could not be started: " + e);
        }
        check(status);
    }

    /** One of the two that bind a value to a name, without boxing. */
    void bind(Call call, MemorySegment binding, MemorySegment name, MemorySegment value) {
        MemorySegment status;
        try {
            status = (MemorySegment) calls.get(call).invokeExact(binding, name, value);
        } catch (Throwable e) {
            throw new OrtException(0, call + " could not be called: " + e);
        }
        check(status);
    }

    /** Frees what a CUDA graph holds, where the library can (since 1.28); elsewhere that ends with the session. */
    void releaseCapturedGraph(MemorySegment session, int id) {
        if (!atLeast(version, 28)) {
            return;
        }
        MemorySegment status;
        try {
            status = (MemorySegment) releaseCapturedGraph.invokeExact(session, id);
        } catch (Throwable e) {
            throw new OrtException(0, "a captured graph could not be released: " + e);
        }
        check(status);
    }

    /** How many of a kind were made and not released. */
    long live(Release what) {
        return live.get(what).sum();
    }

    private static boolean atLeast(String version, int minor) {
        String[] parts = version.split("\\.");
        return Integer.parseInt(parts[0]) > 1 || Integer.parseInt(parts[1]) >= minor;
    }

    void release(Release what, MemorySegment pointer) {
        try {
            releases.get(what).invokeExact(pointer);
            live.get(what).decrement();
        } catch (Throwable e) {
            throw new OrtException(0, what + " could not be released: " + e);
        }
    }

    static String text(MemorySegment pointer) {
        return pointer.reinterpret(LONGEST_TEXT).getString(0);
    }

    private void check(MemorySegment status) {
        if (status.address() == 0) {
            return;
        }
        int code;
        String message;
        try {
            code = (int) errorCode.invokeExact(status);
            message = text((MemorySegment) errorMessage.invokeExact(status));
        } catch (Throwable e) {
            throw new OrtException(0, "an error of ONNX Runtime could not be read: " + e);
        }
        live.get(Release.STATUS).increment();
        release(Release.STATUS, status);
        throw new OrtException(code, message);
    }

    private static MemoryLayout[] layouts(String parameters) {
        return parameters.chars()
                .mapToObj(c -> (MemoryLayout) switch (c) {
                    case 'A' -> ADDRESS;
                    case 'I' -> JAVA_INT;
                    case 'L' -> JAVA_LONG;
                    default -> throw new IllegalArgumentException("unknown parameter type " + (char) c);
                })
                .toArray(MemoryLayout[]::new);
    }
}
