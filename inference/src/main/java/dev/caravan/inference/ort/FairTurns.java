package dev.caravan.inference.ort;

import java.util.Map;
import java.util.PriorityQueue;
import java.util.WeakHashMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The queue of a device: of those who wait, who has used it least comes next. Each thread that asks is somebody, so sessions share a device
 * by time, not by number of steps: one with a large model does not take twenty times what one with a small model gets.
 *
 * <p>Nobody saves up: whoever comes (or comes back) begins where the others are. Nobody is put off for long: who used the device for
 * seconds in one piece, as a load does, owes no more than {@link #MOST_OWED}. Equal rights go by arrival. What one thread asks for is done
 * in the order it asked. Thread-safe.
 */
final class FairTurns {

    /** How far somebody's share may lie behind that of others, nanoseconds of device time. */
    static final long MOST_OWED = 500_000_000;

    private final LongSupplier nanos;
    // All below is guarded by this.
    private final PriorityQueue<Turn<?>> waiting = new PriorityQueue<>();
    /** Device time of everybody, as far as it counts. */
    private final Map<Thread, Long> used = new WeakHashMap<>();
    /** That of the one who was served last: where newcomers begin. */
    private long level;
    private long arrivals;
    private boolean closed;

    /** @param nanos tells the time, for differences */
    FairTurns(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** @throws RejectedExecutionException after {@link #close} */
    <T extends @Nullable Object> Future<T> ask(Callable<T> work) {
        return ask(Thread.currentThread(), work);
    }

    synchronized <T extends @Nullable Object> Future<T> ask(Thread caller, Callable<T> work) {
        if (closed) {
            throw new RejectedExecutionException();
        }
        long share = Math.clamp(used.getOrDefault(caller, 0L), level, level + MOST_OWED);
        used.put(caller, share);
        Turn<T> turn = new Turn<>(() -> timed(caller, work), share, arrivals++);
        waiting.add(turn);
        notifyAll();
        return turn;
    }

    /** Who asks again as soon as it has its result has paid for it already. */
    private <T extends @Nullable Object> T timed(Thread caller, Callable<T> work) throws Exception {
        long begin = nanos.getAsLong();
        try {
            return work.call();
        } finally {
            long took = nanos.getAsLong() - begin;
            synchronized (this) {
                used.merge(caller, took, Long::sum);
            }
        }
    }

    /** Does what is asked for until it is closed and nothing is left. On the device's thread. */
    void serve() {
        while (serveNext()) {
            // Each in its turn.
        }
    }

    /** Waits for somebody and does what was asked for; false when it is closed and nothing is left. */
    boolean serveNext() {
        Turn<?> turn = next();
        if (turn != null) {
            turn.run();
        }
        return turn != null;
    }

    private synchronized @Nullable Turn<?> next() {
        boolean interrupted = false;
        while (waiting.isEmpty() && !closed) {
            try {
                wait();
            } catch (InterruptedException _) {
                // Nobody has a reason to: it ends when it is closed.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Turn<?> next = waiting.poll();
        if (next != null) {
            level = Math.max(level, next.share);
        }
        return next;
    }

    /** How many wait. */
    synchronized int size() {
        return waiting.size();
    }

    /** Takes no more; what was asked for is still done. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    private static final class Turn<T extends @Nullable Object> extends FutureTask<T> implements Comparable<Turn<?>> {

        private final long share;
        private final long arrival;

        Turn(Callable<T> work, long share, long arrival) {
            super(work);
            this.share = share;
            this.arrival = arrival;
        }

        @Override
        public int compareTo(Turn<?> other) {
            int byShare = Long.compare(share, other.share);
            return byShare != 0 ? byShare : Long.compare(arrival, other.arrival);
        }
    }
}
