package dev.caravan.inference.ort;

import dev.caravan.inference.ort.OrtApi.Call;
import dev.caravan.inference.ort.OrtApi.Release;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** The loaded library and its one environment. One per process; thread-safe; closed after all devices. */
public final class OrtRuntime implements AutoCloseable {

    private static final int LOG_ERRORS = 3;

    private final Arena arena = Arena.ofShared();
    private final OrtApi api;
    private final MemorySegment env;

    private OrtRuntime(Path library) {
        api = new OrtApi(library, arena);
        env = api.make(Call.CREATE_ENV, LOG_ERRORS, arena.allocateFrom("caravan"));
    }

    /**
     * Loads the library and creates its environment.
     *
     * @param library {@code libonnxruntime.so} or what it is called elsewhere
     * @throws OrtException when it cannot be loaded or is older than 1.23
     */
    public static OrtRuntime load(Path library) {
        return new OrtRuntime(library.toAbsolutePath());
    }

    /** Of the library, for example {@code 1.29.0}. */
    public String version() {
        return api.version();
    }

    /**
     * The machine's processor as a device.
     *
     * @param threads of one run, at least 1
     */
    public Device cpu(int threads) {
        return new Device(this, Provider.CPU, threads);
    }

    OrtApi api() {
        return api;
    }

    MemorySegment env() {
        return env;
    }

    @Override
    public void close() {
        api.release(Release.ENV, env);
        arena.close();
    }
}
