package dev.caravan.inference.ort;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The device that models run on. On the CPU it is loaded when the first model asks for it: a hub whose pipelines need none pays nothing.
 * CUDA is loaded at once, because only then it is known to work. Thread-safe. Closed after everything that lives on the device.
 */
public final class Engine implements Supplier<Device>, AutoCloseable {

    private final EngineSettings settings;
    private volatile Acceleration acceleration;
    private @Nullable OrtRuntime runtime;
    // Written under the lock; looked at without it by who must not wait for a library to load.
    private volatile @Nullable Device device;
    private boolean closed;

    private Engine(EngineSettings settings, Acceleration acceleration) {
        this.settings = settings;
        this.acceleration = acceleration;
    }

    /**
     * Looks at what the machine has and decides.
     *
     * @throws IllegalArgumentException with one line when what was asked for cannot be had
     */
    public static Engine open(EngineSettings settings) {
        Engine engine = new Engine(settings, Acceleration.choose(settings));
        if (engine.provider() == Provider.CUDA) {
            try {
                engine.device();
            } catch (OrtException e) {
                if (settings.device() == DeviceRequest.CUDA) {
                    engine.close();
                    throw new IllegalArgumentException("--device cuda: " + e.getMessage(), e);
                }
                engine.acceleration = engine.acceleration.withoutCuda(e);
            }
        }
        return engine;
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
        Device known = device;
        if (known != null) {
            return known;
        }
        Acceleration chosen = acceleration;
        OrtNatives natives = chosen.natives().orElseThrow(() -> new OrtException(0, "inference on " + chosen.line()));
        OrtRuntime loaded = OrtRuntime.load(natives, chosen.provider());
        try {
            Device made = chosen.provider() == Provider.CUDA ? loaded.cuda() : loaded.cpu(settings.threads());
            runtime = loaded;
            device = made;
            return made;
        } catch (RuntimeException e) {
            loaded.close();
            throw e;
        }
    }

    /** The device when some model has asked for it already. Returns at once. */
    public Optional<Device> opened() {
        return Optional.ofNullable(device);
    }

    @Override
    public synchronized void close() {
        closed = true;
        Device known = device;
        if (known != null) {
            known.close();
            device = null;
        }
        if (runtime != null) {
            runtime.close();
            runtime = null;
        }
    }
}
