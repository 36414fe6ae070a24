package dev.caravan.inference.ort;

import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where models run and tensors live. Runs and whatever touches tensors are done by its one thread, one after the other: sessions that ask
 * for one step at a time share its time evenly ({@link FairTurns}), and nobody touches a tensor that a run is using. Models for the CPU are loaded on the
 * thread that wants them, beside the runs; those for a GPU between the runs, because nothing may be allocated while one is recorded.
 * Thread-safe.
 */
public final class Device implements AutoCloseable {

    private final OrtRuntime runtime;
    private final Provider provider;
    private final int threads;
    private final FairTurns turns;
    private final TensorMemory space;
    private final AtomicLong occupied = new AtomicLong();
    private final AtomicReference<Handles> handles = new AtomicReference<>(Handles.NONE);
    private final TransferCount transfers = new TransferCount();
    /** Loads on threads of others share it; closing waits for them. */
    private final ReadWriteLock loads = new ReentrantReadWriteLock();
    private final Thread worker;

    private Device(OrtRuntime runtime, Provider provider, int threads, Supplier<TensorMemory> memory, LongSupplier nanos) {
        this.runtime = runtime;
        this.provider = provider;
        this.threads = threads;
        this.turns = new FairTurns(nanos);
        worker = Thread.ofPlatform().daemon().name("device-" + provider.name().toLowerCase(Locale.ROOT)).unstarted(() -> {
            turns.serve();
            freeSpace();
        });
        worker.start();
        try {
            this.space = call(memory::get);
        } catch (RuntimeException e) {
            turns.close();
            throw e;
        }
    }

    /** The last thing the thread does: no work comes after it. */
    private void freeSpace() {
        TensorMemory made = space;
        // Null when the constructor failed.
        if (made != null) {
            made.close();
        }
    }

    /**
     * @param memory made on the device's thread
     */
    static Device open(OrtRuntime runtime, Provider provider, int threads, Supplier<TensorMemory> memory) {
        return open(runtime, provider, threads, memory, System::nanoTime);
    }

    /** @param nanos tells how long work takes */
    static Device open(OrtRuntime runtime, Provider provider, int threads, Supplier<TensorMemory> memory, LongSupplier nanos) {
        return new Device(runtime, provider, threads, memory, nanos);
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
            future = turns.ask(work);
        } catch (RejectedExecutionException _) {
            throw closed();
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
     * Loads a model. On the CPU this takes none of the device's time: runs of others go on meanwhile.
     *
     * @throws OrtException          when the model is not one, asks for what the device cannot do, or memory ran out
     * @throws IllegalStateException when the device is closed
     */
    public OrtSession load(OnnxModel model, SessionSettings settings) {
        if (provider != Provider.CPU) {
            return call(() -> new OrtSession(this, model, settings, threads));
        }
        loads.readLock().lock();
        try {
            if (turns.isClosed()) {
                throw closed();
            }
            return new OrtSession(this, model, settings, threads);
        } finally {
            loads.readLock().unlock();
        }
    }

    /** What was copied to, from and within the device so far. */
    public TransferCount transfers() {
        return transfers;
    }

    /** Bytes that tensors hold now, as {@link MemoryUse#tensors}. Returns at once. */
    public long tensorBytes() {
        return occupied.get();
    }

    /** How its memory is used now. Waits for its turn on the device. */
    public MemoryUse memory() {
        return call(() -> new MemoryUse(occupied.get(), space.free(), space.total()));
    }

    /** What is open on it now. */
    public Handles handles() {
        return call(handles::get);
    }

    /** Host memory of the calling thread, for work it waits for: memory of its own alone would be refused to the device's thread. */
    MemorySegment lent(MemorySegment host) {
        boolean ownAlone = host.isNative() && host.isAccessibleBy(Thread.currentThread()) && !host.isAccessibleBy(worker);
        return ownAlone ? MemorySegment.ofAddress(host.address()).reinterpret(host.byteSize()) : host;
    }

    /** Work that waits for the thread. */
    int waiting() {
        return turns.size();
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

    /** So many were opened, or closed. From any thread: a model may be loaded on its caller's. */
    void opened(int tensors, int sessions, int bindings) {
        handles.updateAndGet(open -> open.plus(tensors, sessions, bindings));
    }

    private static IllegalStateException closed() {
        return new IllegalStateException("the device is closed");
    }

    /**
     * Finishes what was asked for, refuses what comes later, then ends its thread; an interrupt is kept for the caller. Tensors and
     * sessions are closed before. Harmless when called twice.
     */
    @Override
    public void close() {
        Thread ending = worker;
        if (Thread.currentThread() == ending) {
            throw new IllegalStateException("the device's own thread cannot close it");
        }
        loads.writeLock().lock();
        try {
            turns.close();
        } finally {
            loads.writeLock().unlock();
        }
        boolean interrupted = false;
        while (ending.isAlive()) {
            try {
                ending.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
