package dev.caravan.processors.webrtc;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one peer on their way from a native thread to where they are parsed, at a bounded rate. A flood loses its oldest
 * messages, never its last: the value a slider stopped at is the one that counts.
 */
final class ControlInbox {

    static final int PER_SECOND = 500;
    static final int MAX_CHARS = 1 << 20;

    private static final Duration PAUSE = Duration.ofMillis(20);

    private final InstantSource clock;
    private final Executor tasks;
    private final BiConsumer<Runnable, Duration> later;
    private final Consumer<String> out;

    private final ArrayDeque<String> waiting = new ArrayDeque<>();
    private int chars;
    private long dropped;
    private boolean scheduled;
    private double allowance = PER_SECOND;
    private long refilledMs;

    /**
     * @param tasks where messages are given out, one at a time
     * @param later runs a task after a while
     */
    ControlInbox(InstantSource clock, Executor tasks, BiConsumer<Runnable, Duration> later, Consumer<String> out) {
        this.clock = clock;
        this.tasks = tasks;
        this.later = later;
        this.out = out;
        this.refilledMs = clock.millis();
    }

    void offer(String message) {
        synchronized (waiting) {
            waiting.add(message);
            chars += message.length();
            while (waiting.size() > PER_SECOND || chars > MAX_CHARS) {
                chars -= waiting.remove().length();
                dropped++;
            }
            if (scheduled) {
                return;
            }
            scheduled = true;
        }
        tasks.execute(this::drain);
    }

    long dropped() {
        synchronized (waiting) {
            return dropped;
        }
    }

    private void drain() {
        for (String message = next(); message != null; message = next()) {
            out.accept(message);
        }
    }

    private @Nullable String next() {
        synchronized (waiting) {
            if (waiting.isEmpty()) {
                scheduled = false;
                return null;
            }
            long now = clock.millis();
            allowance = Math.min(PER_SECOND, allowance + Math.max(0, now - refilledMs) * PER_SECOND / 1000.0);
            refilledMs = now;
            if (allowance < 1) {
                later.accept(() -> tasks.execute(this::drain), PAUSE);
                return null;
            }
            allowance--;
            String message = waiting.remove();
            chars -= message.length();
            return message;
        }
    }
}
