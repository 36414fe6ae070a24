package dev.caravan.inference.ort;

import dev.caravan.inference.ort.OrtApi.Call;
import dev.caravan.inference.ort.OrtApi.Release;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime in this process: one library, never unloaded once loaded, because threads of its own and of CUDA may still be in it; and
 * one environment while anybody uses it, as the library wants. Thread-safe.
 */
final class Environment {

    /** Its errors come as exceptions too, which say where they belong to. */
    private static final int LOG_FATAL = 4;

    private static @Nullable Environment loaded;

    private final String id;
    private final Path library;
    private final OrtApi api;
    private MemorySegment env = MemorySegment.NULL;
    private int users;

    private Environment(String id, Path library) {
        this.id = id;
        this.library = library;
        this.api = new OrtApi(library, Arena.global());
    }

    /**
     * The environment, for one more user.
     *
     * @throws OrtException when the library cannot be loaded, or another one is already
     */
    static synchronized Environment acquire(OrtNatives natives, Provider provider) {
        Environment environment = loaded;
        if (environment == null) {
            Telemetry.forbid();
            environment = new Environment(natives.id(), natives.library(provider));
            loaded = environment;
        } else if (!environment.id.equals(natives.id())) {
            throw new OrtException(0, "this process has loaded " + environment.id + " and cannot load " + natives.id() + " as well");
        }
        if (environment.users == 0) {
            try (Arena arena = Arena.ofConfined()) {
                environment.env = environment.api.make(Call.CREATE_ENV, LOG_FATAL, arena.allocateFrom("caravan"));
                environment.api.call(Call.DISABLE_TELEMETRY, environment.env);
            }
        }
        environment.users++;
        return environment;
    }

    /** Gives it up; the last one ends it. */
    void release() {
        synchronized (Environment.class) {
            users--;
            if (users == 0) {
                api.release(Release.ENV, env);
            }
        }
    }

    OrtApi api() {
        return api;
    }

    MemorySegment pointer() {
        return env;
    }

    /** File it was loaded from; others of its family lie beside it. */
    Path library() {
        return library;
    }
}
