package dev.caravan.inference.ort;

import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where models run and tensors live. Everything it does is done by its one thread, in the order it was asked for: sessions that ask for
 * one step at a time share it fairly, and nobody touches a tensor that a run is using. Thread-safe.
 */
public final class Device implements AutoCloseable {

    private final OrtRuntime runtime;
    private final Provider provider;
    private final int threads;
    private final ThreadPoolExecutor executor;
    private final TensorMemory space;
    private final AtomicLong occupied = new AtomicLong();
    /** On the device's thread only. */
    private Handles handles = Handles.NONE;
    private final TransferCount transfers = new TransferCount();
    private volatile @Nullable Thread worker;

    private Device(OrtRuntime runtime, Provider provider, int threads, Supplier<TensorMemory> memory) {
        this.runtime = runtime;
        this.provider = provider;
        this.threads = threads;
        this.executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "device-" + provider.name().toLowerCase(Locale.ROOT));
            thread.setDaemon(true);
            worker = thread;
            return thread;
        });
        try {
            this.space = call(memory::get);
        } catch (RuntimeException e) {
            executor.shutdown();
            throw e;
        }
    }

    /**
     * @param memory made on the device's thread
     */
    static Device open(OrtRuntime runtime, Provider provider, int threads, Supplier<TensorMemory> memory) {
        return new Device(runtime, provider, threads, memory);
    }

    public Provider provider() {
        return provider;
    }

    /**
     * Does some work on the device's thread and waits for it, however long it takes; an interrupt is kept for the caller. Called on that
     * thread already, it is done at once.
     *
     * @throws IllegalStateException when the device is closed
     */
    public <T extends @Nullable Object> T call(Callable<T> work) {
        if (Thread.currentThread() == worker) {
            try {
                return work.call();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new OrtException(0, String.valueOf(e.getMessage()));
            }
        }
        Future<T> future;
        try {
            future = executor.submit(work);
        } catch (RejectedExecutionException e) {
            throw new IllegalStateException("the device is closed", e);
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    // Native work cannot be broken off, and what it uses must not be freed meanwhile.
                    interrupted = true;
                } catch (ExecutionException e) {
                    switch (e.getCause()) {
                        case RuntimeException cause -> throw cause;
                        case Error cause -> throw cause;
                        case null, default -> throw new OrtException(0, String.valueOf(e.getCause()));
                    }
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
        return filled(zeros(dtype, shape), tensor -> tensor.write(values));
    }

    /** A tensor of whole numbers. */
    public Tensor of(Shape shape, long[] values) {
        return filled(zeros(DType.I64, shape), tensor -> tensor.write(MemorySegment.ofArray(values)));
    }

    private static Tensor filled(Tensor tensor, Consumer<Tensor> fill) {
        try {
            fill.accept(tensor);
            return tensor;
        } catch (RuntimeException e) {
            tensor.close();
            throw e;
        }
    }

    /** As {@link #load(OnnxModel, SessionSettings)} with the defaults. */
    public OrtSession load(OnnxModel model) {
        return load(model, SessionSettings.DEFAULT);
    }

    /**
     * Loads a model.
     *
     * @throws OrtException when the model is not one, asks for what the device cannot do, or memory ran out
     */
    public OrtSession load(OnnxModel model, SessionSettings settings) {
        return call(() -> new OrtSession(this, model, settings, threads));
    }

    /** What was copied to, from and within the device so far. */
    public TransferCount transfers() {
        return transfers;
    }

    /** How its memory is used now. */
    public MemoryUse memory() {
        return call(() -> new MemoryUse(occupied.get(), space.free(), space.total()));
    }

    /** What is open on it now. */
    public Handles handles() {
        return call(() -> handles);
    }

    /** Host memory of the calling thread, for work it waits for: memory of its own alone would be refused to the device's thread. */
    MemorySegment lent(MemorySegment host) {
        boolean ownAlone = host.isNative() && host.isAccessibleBy(Thread.currentThread()) && !host.isAccessibleBy(worker());
        return ownAlone ? MemorySegment.ofAddress(host.address()).reinterpret(host.byteSize()) : host;
    }

    private Thread worker() {
        Thread known = worker;
        return known == null ? Thread.currentThread() : known;
    }

    /** Work that waits for the thread. */
    int waiting() {
        return executor.getQueue().size();
    }

    OrtRuntime runtime() {
        return runtime;
    }

    OrtApi api() {
        return runtime.api();
    }

    TensorMemory space() {
        return space;
    }

    /** A tensor took memory, or gave it back. */
    void occupied(long bytes) {
        occupied.addAndGet(bytes);
    }

    /** On the device's thread: so many were opened, or closed. */
    void opened(int tensors, int sessions, int bindings) {
        handles = handles.plus(tensors, sessions, bindings);
    }

    /** Finishes what was asked for, then ends its thread. Tensors and sessions are closed before. Harmless when called twice. */
    @Override
    public void close() {
        if (Thread.currentThread() == worker) {
            throw new IllegalStateException("the device's own thread cannot close it");
        }
        synchronized (executor) {
            if (!executor.isShutdown()) {
                call(() -> {
                    space.close();
                    return null;
                });
                executor.close();
            }
        }
    }
}
