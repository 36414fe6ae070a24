package dev.caravan.inference.ort;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The loaded library and its environment. A process has one of each: who asks for the same library again shares them. Thread-safe; closed
 * after all devices made from it.
 */
public final class OrtRuntime implements AutoCloseable {

    private final Environment environment;
    private final AtomicBoolean closed = new AtomicBoolean();

    private OrtRuntime(Environment environment) {
        this.environment = environment;
    }

    /**
     * Loads the library, unless it is, and creates its environment.
     *
     * @param provider what devices are to be made
     * @throws OrtException when it cannot be loaded, is older than 1.23, or this process has loaded another one
     */
    public static OrtRuntime load(OrtNatives natives, Provider provider) {
        return new OrtRuntime(Environment.acquire(natives, provider));
    }

    /** Of the library, for example {@code 1.29.0}. */
    public String version() {
        return api().version();
    }

    /**
     * The machine's processor as a device.
     *
     * @param threads of one run, at least 1
     */
    public Device cpu(int threads) {
        return Device.open(this, Provider.CPU, threads, () -> new HostMemory(api()));
    }

    /**
     * The first GPU as a device. Which is the first the environment variable {@code CUDA_VISIBLE_DEVICES} says.
     *
     * @throws OrtException with one line when the driver, one of NVIDIA's libraries or the provider itself cannot be loaded
     */
    public Device cuda() {
        CudaDriver.find();
        CudaLibraries libraries = CudaLibraries.load(environment.library());
        return Device.open(this, Provider.CUDA, 1, () -> {
            CudaSession.probe(api());
            return new CudaMemory(api(), new CudaRuntime(libraries.cudart()), CudaSession.DEVICE);
        });
    }

    OrtApi api() {
        return environment.api();
    }

    MemorySegment env() {
        if (closed.get()) {
            throw new IllegalStateException("the runtime is closed");
        }
        return environment.pointer();
    }

    /** Harmless when called twice. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            environment.release();
        }
    }
}
