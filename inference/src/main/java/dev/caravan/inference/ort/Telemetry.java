package dev.caravan.inference.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Keeps ONNX Runtime from reporting to its makers. Microsoft's builds for Linux and macOS do so from 1.29 on, unless an environment
 * variable forbids it when the library is loaded; switching it off by the API comes too late. What they gather begins with the command
 * line, and a long one (a class path) overflows the stack of the thread that loads the library, which ends the JVM.
 */
final class Telemetry {

    private static final String VARIABLE = "ORT_DISABLE_TELEMETRY";

    private Telemetry() {}

    /** Sets the variable in this process. To be called before the library is loaded. */
    static void forbid() {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> setenv = linker.defaultLookup().find("setenv");
        if ("1".equals(System.getenv(VARIABLE)) || setenv.isEmpty()) {
            // Set by the launcher; or Windows, where the builds ask the system and the API is enough.
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            int failed = (int) linker.downcallHandle(setenv.get(), FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT))
                    .invokeExact(arena.allocateFrom(VARIABLE), arena.allocateFrom("1"), 1);
            if (failed != 0) {
                throw new OrtException(0, VARIABLE + " could not be set");
            }
        } catch (OrtException e) {
            throw e;
        } catch (Throwable e) {
            throw new OrtException(0, VARIABLE + " could not be set: " + e);
        }
    }
}
