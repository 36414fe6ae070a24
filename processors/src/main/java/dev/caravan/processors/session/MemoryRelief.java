package dev.caravan.processors.session;

import java.util.concurrent.TimeUnit;

/**
 * Asks the virtual machine for a garbage collection when a session looks as if it held too much: at most every two seconds for the
 * whole hub, and ever more rarely as long as it does not help, because then the frames really are held. Thread-safe.
 */
final class MemoryRelief {

    static final long SHORTEST_NANOS = TimeUnit.SECONDS.toNanos(2);
    static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(64);

    private final Runnable collect;
    private long interval = SHORTEST_NANOS;
    private long nextAt;

    /** @param collect starts a collection and returns at once */
    MemoryRelief(Runnable collect) {
        this.collect = collect;
    }

    synchronized void ask(long nowNanos) {
        if (nowNanos < nextAt) {
            return;
        }
        nextAt = nowNanos + interval;
        interval = Math.min(LONGEST_NANOS, 2 * interval);
        collect.run();
    }

    /** A session that was short of memory no longer is. */
    synchronized void helped() {
        interval = SHORTEST_NANOS;
    }
}
