package dev.caravan.inference.pipeline;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A pipeline whose loads a test holds, releases and lets fail. */
final class SteppedPipeline implements Pipeline {

    private final PipelineSchema schema;
    private final AtomicInteger loads = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final CountDownLatch started = new CountDownLatch(1);
    private final AtomicReference<LoadRequest> lastRequest = new AtomicReference<>();
    private final AtomicReference<Progress> progress = new AtomicReference<>();
    private final AtomicReference<Thread> thread = new AtomicReference<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile boolean ignoreInterrupts;
    private volatile boolean holdAfterInterrupt;
    private volatile boolean failOnClose;

    SteppedPipeline(String id, String... usage) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("id", id).put("default_mode", "video");
        List.of(usage).forEach(json.putArray("usage")::add);
        schema = new PipelineSchema(json);
    }

    /** Loads wait for {@link #release} from now on. */
    void hold() {
        gate = new CountDownLatch(1);
    }

    void release() {
        gate.countDown();
    }

    void ignoreInterrupts() {
        ignoreInterrupts = true;
    }

    /** An interrupted load does not end before the gate opens. */
    void holdAfterInterrupt() {
        holdAfterInterrupt = true;
    }

    void failWith(Throwable t) {
        failure.set(t);
    }

    void failOnClose() {
        failOnClose = true;
    }

    void awaitStarted() throws InterruptedException {
        started.await();
    }

    void report(String stage) {
        progress.get().stage(stage);
    }

    int loads() {
        return loads.get();
    }

    /** Instances that are loaded and not closed. */
    int open() {
        return open.get();
    }

    LoadRequest lastRequest() {
        return lastRequest.get();
    }

    Thread loadThread() {
        return thread.get();
    }

    @Override
    public PipelineSchema schema() {
        return schema;
    }

    @Override
    public LoadedPipeline load(LoadRequest request, Progress progress) throws PipelineException, InterruptedException {
        loads.incrementAndGet();
        lastRequest.set(request);
        this.progress.set(progress);
        thread.set(Thread.currentThread());
        started.countDown();
        awaitGate();
        switch (failure.get()) {
            case PipelineException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> {}
        }
        open.incrementAndGet();
        return new Loaded();
    }

    private void awaitGate() throws InterruptedException {
        try {
            gate.await();
        } catch (InterruptedException e) {
            if (ignoreInterrupts || holdAfterInterrupt) {
                gate.await();
            }
            if (!ignoreInterrupts) {
                throw e;
            }
        }
    }

    private final class Loaded implements LoadedPipeline {
        @Override
        public PipelineStream open(SessionSeed seed) {
            throw new UnsupportedOperationException("loads only");
        }

        @Override
        public void close() {
            open.decrementAndGet();
            if (failOnClose) {
                throw new IllegalStateException("cannot be freed");
            }
        }
    }
}
