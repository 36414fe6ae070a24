package dev.caravan.processors.webrtc;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Messages to one peer: kept until its data channel is open, then sent in order. At most {@value #MAX_WAITING} wait; the oldest makes
 * room.
 */
final class Outbox {

    static final int MAX_WAITING = 64;

    private final Executor tasks;
    private final Predicate<String> channel;

    private final ArrayDeque<String> waiting = new ArrayDeque<>();
    private boolean open;

    /**
     * @param tasks   where messages are sent, one at a time
     * @param channel sends one; false when it could not
     */
    Outbox(Executor tasks, Predicate<String> channel) {
        this.tasks = tasks;
        this.channel = channel;
    }

    void offer(String message) {
        synchronized (waiting) {
            if (waiting.size() == MAX_WAITING) {
                waiting.remove();
            }
            waiting.add(message);
            if (!open) {
                return;
            }
        }
        tasks.execute(this::flush);
    }

    void opened() {
        synchronized (waiting) {
            open = true;
        }
        tasks.execute(this::flush);
    }

    private void flush() {
        for (String message = next(); message != null; message = next()) {
            if (!channel.test(message)) {
                return; // the channel is closing, or its peer does not read: what does not fit is lost
            }
        }
    }

    private @Nullable String next() {
        synchronized (waiting) {
            return waiting.poll();
        }
    }
}
