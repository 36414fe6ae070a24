package dev.caravan.inference.ort;

import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Where models run and tensors live. Everything it does is done by its one thread, in the order it was asked for: sessions that ask for
 * one step at a time share it fairly, and nobody touches a tensor that a run is using. Thread-safe.
 */
public final class Device implements AutoCloseable {

    private final OrtRuntime runtime;
    private final Provider provider;
    private final int threads;
    private final ExecutorService executor;
    private volatile @Nullable Thread worker;
    private final TransferCount transfers = new TransferCount();

    Device(OrtRuntime runtime, Provider provider, int threads) {
        this.runtime = runtime;
        this.provider = provider;
        this.threads = threads;
        this.executor = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "device-" + provider.name().toLowerCase(java.util.Locale.ROOT));
            thread.setDaemon(true);
            worker = thread;
            return thread;
        });
    }

    public Provider provider() {
        return provider;
    }

    /**
     * Does some work on the device's thread and waits for it, however long it takes; an interrupt is kept for the caller. Called on that
     * thread already, it is done at once.
     */
    public <T> T call(Callable<T> work) {
        if (Thread.currentThread() == worker) {
            try {
                return work.call();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new OrtException(0, e.getMessage());
            }
        }
        Future<T> future = executor.submit(work);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    // Native work cannot be broken off, and what it uses must not be freed meanwhile.
                    interrupted = true;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof RuntimeException cause) {
                        throw cause;
                    }
                    throw new OrtException(0, String.valueOf(e.getCause()));
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A tensor of zeros. */
    public Tensor zeros(DType dtype, Shape shape) {
        return call(() -> Tensor.allocate(this, dtype, shape));
    }

    /** A tensor with the given numbers, rounded to its type. */
    public Tensor of(DType dtype, Shape shape, float[] values) {
        Tensor tensor = zeros(dtype, shape);
        tensor.write(values);
        return tensor;
    }

    /** A tensor of whole numbers. */
    public Tensor of(Shape shape, long[] values) {
        Tensor tensor = zeros(DType.I64, shape);
        tensor.write(MemorySegment.ofArray(values));
        return tensor;
    }

    /**
     * Loads a model.
     *
     * @throws OrtException when the model is not one, asks for what the device cannot do, or memory ran out
     */
    public OrtSession load(OnnxModel model) {
        return call(() -> new OrtSession(this, model, threads));
    }

    /** What was copied to, from and within the device so far. */
    public TransferCount transfers() {
        return transfers;
    }

    OrtRuntime runtime() {
        return runtime;
    }

    OrtApi api() {
        return runtime.api();
    }

    /** Ends its thread. Tensors and sessions are closed before. */
    @Override
    public void close() {
        executor.close();
    }
}
