package dev.caravan.processors.session;

import dev.caravan.inference.frame.Frame;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one subscriber has still to take of one session, in order. Bounded: of frames the newest few are kept, of events a thousand.
 * Delivered on the subscription's executor by one thread at a time; whoever publishes never waits.
 */
final class Mailbox {

    static final int FRAMES = 4;
    static final int EVENTS = 1000;
    // Each holds the bytes somebody sent, so far fewer than events.
    static final int REJECTED = 16;

    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);

    private record Item(long order, Object what) {}

    private final String name;
    private final Subscriber subscriber;
    private final Executor executor;
    private final Drops drops;
    private final ArrayDeque<Item> frames = new ArrayDeque<>();
    private final ArrayDeque<Item> events = new ArrayDeque<>();
    private final ArrayDeque<Item> rejected = new ArrayDeque<>();
    private final Set<Class<?>> logged = ConcurrentHashMap.newKeySet();
    private final Runnable deliver = this::deliver;
    private long order;
    private boolean delivering;
    private boolean closed;

    Mailbox(String name, Subscriber subscriber, Executor executor, Drops drops) {
        this.name = name;
        this.subscriber = subscriber;
        this.executor = executor;
        this.drops = drops;
    }

    void put(Frame frame) {
        if (put(frames, frame, FRAMES) instanceof Frame oldest) {
            drops.count(Drops.Cause.SLOW_SUBSCRIBER, oldest);
        }
    }

    void put(SessionEvent event) {
        if (put(events, event, EVENTS) != null) {
            logOnce(Mailbox.class, "subscriber {} is too slow for the events of a session: the oldest are lost", name);
        }
    }

    void put(FrameRejected frame) {
        put(rejected, frame, REJECTED);
    }

    /** Nothing is delivered any more. */
    synchronized void close() {
        closed = true;
        notifyAll();
        frames.clear();
        events.clear();
        rejected.clear();
    }

    /** Waits until everything is delivered, or until this point of {@link System#nanoTime}. */
    synchronized void awaitDelivered(long until) throws InterruptedException {
        while (delivering && !closed) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                return;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** @return what had to make room */
    private @Nullable Object put(ArrayDeque<Item> queue, Object what, int limit) {
        Object oldest = null;
        synchronized (this) {
            if (closed) {
                return null;
            }
            if (queue.size() >= limit) {
                oldest = queue.removeFirst().what();
            }
            queue.addLast(new Item(order++, what));
            if (delivering) {
                return oldest;
            }
            delivering = true;
        }
        try {
            executor.execute(deliver);
        } catch (RejectedExecutionException e) {
            close();
        }
        return oldest;
    }

    private void deliver() {
        for (Object what = next(); what != null; what = next()) {
            try {
                switch (what) {
                    case Frame frame -> subscriber.frame(frame);
                    case SessionEvent event -> subscriber.event(event);
                    case FrameRejected frame -> subscriber.rejected(frame);
                    default -> throw new AssertionError(what);
                }
            } catch (RuntimeException | Error e) {
                // One subscriber's trouble is its own; the next frame may do better.
                logOnce(e.getClass(), "subscriber {} failed and goes on; further failures of this kind are not logged", name, e);
            }
        }
    }

    private synchronized @Nullable Object next() {
        ArrayDeque<Item> first = frames;
        first = older(first, events);
        first = older(first, rejected);
        Item item = first.pollFirst();
        if (item == null) {
            delivering = false;
            notifyAll();
            return null;
        }
        return item.what();
    }

    private static ArrayDeque<Item> older(ArrayDeque<Item> a, ArrayDeque<Item> b) {
        if (a.isEmpty()) {
            return b;
        }
        return b.isEmpty() || a.getFirst().order() < b.getFirst().order() ? a : b;
    }

    private void logOnce(Class<?> kind, String message, Object... arguments) {
        if (logged.add(kind)) {
            LOG.warn(message, arguments);
        }
    }
}
