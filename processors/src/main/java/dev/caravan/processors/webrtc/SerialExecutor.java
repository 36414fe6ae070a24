package dev.caravan.processors.webrtc;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one after the other on a shared executor. Tasks given before {@link #start} wait for it. A task that throws is logged and
 * stops nothing. Only for tasks whose number is bounded by who gives them.
 */
final class SerialExecutor implements Executor {

    private static final Logger LOG = LoggerFactory.getLogger(SerialExecutor.class);

    private final Executor shared;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean busy = true; // until started

    SerialExecutor(Executor shared) {
        this.shared = shared;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (waiting) {
            waiting.add(task);
            if (busy) {
                return;
            }
            busy = true;
        }
        submit();
    }

    void start() {
        submit();
    }

    private void submit() {
        try {
            shared.execute(this::drain);
        } catch (RejectedExecutionException e) {
            LOG.debug("Shut down; {} tasks are not run", waiting.size());
        }
    }

    private void drain() {
        for (Runnable task = next(); task != null; task = next()) {
            try {
                task.run();
            } catch (Throwable e) {
                LOG.warn("A task of a peer failed", e);
            }
        }
    }

    private @Nullable Runnable next() {
        synchronized (waiting) {
            Runnable task = waiting.poll();
            busy = task != null;
            return task;
        }
    }
}
