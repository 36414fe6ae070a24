package dev.caravan.inference.ort;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The device that models run on, loaded when the first model asks for it: a hub whose pipelines need none pays nothing. Thread-safe.
 * Closed after everything that lives on the device.
 */
public final class Engine implements Supplier<Device>, AutoCloseable {

    private final EngineSettings settings;
    private final Acceleration acceleration;
    private @Nullable OrtRuntime runtime;
    private @Nullable Device device;
    private boolean closed;

    private Engine(EngineSettings settings, Acceleration acceleration) {
        this.settings = settings;
        this.acceleration = acceleration;
    }

    /**
     * Looks at what the machine has and decides; nothing is loaded yet.
     *
     * @throws IllegalArgumentException with one line when what was asked for cannot be had
     */
    public static Engine open(EngineSettings settings) {
        return new Engine(settings, Acceleration.choose(settings));
    }

    /** What models run on. */
    public Provider provider() {
        return acceleration.provider();
    }

    /** One line: what inference runs on and why not on the other. */
    public String describe() {
        return "inference on " + acceleration.line();
    }

    /** As {@link #device()}. */
    @Override
    public Device get() {
        return device();
    }

    /**
     * The device; the first call unpacks and loads the library, which takes up to some seconds.
     *
     * @throws OrtException          when it cannot be loaded; the next call tries again
     * @throws IllegalStateException after it was closed
     */
    public synchronized Device device() {
        if (closed) {
            throw new IllegalStateException("the inference engine is closed");
        }
        if (device == null) {
            OrtNatives natives = acceleration.natives().orElseThrow(() -> new OrtException(0, "inference on " + acceleration.line()));
            OrtRuntime loaded = OrtRuntime.load(natives, acceleration.provider());
            try {
                device = loaded.cpu(settings.threads());
                runtime = loaded;
            } finally {
                if (device == null) {
                    loaded.close();
                }
            }
        }
        return device;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (device != null) {
            device.close();
            device = null;
        }
        if (runtime != null) {
            runtime.close();
            runtime = null;
        }
    }
}
