package dev.caravan.processors.webrtc;

import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Rates of one peer from the counters of its connection. Asked for at most once a second; who asks more often gets the same answer.
 */
final class PeerRates {

    private static final long FRESH_MS = 1000;
    private static final long PATIENCE_MS = 250;

    private final InstantSource clock;
    private final Supplier<CompletableFuture<ConnectionStats>> counters;

    private CompletableFuture<Rates> latest = CompletableFuture.completedFuture(Rates.NONE);
    private long askedMs = Long.MIN_VALUE / 2;
    private Rates last = Rates.NONE;

    PeerRates(InstantSource clock, Supplier<CompletableFuture<ConnectionStats>> counters) {
        this.clock = clock;
        this.counters = counters;
    }

    /** Asks the connection when the last answer is old. Returns at once. */
    synchronized CompletableFuture<Rates> refresh() {
        long now = clock.millis();
        if (now - askedMs >= FRESH_MS && latest.isDone()) {
            askedMs = now;
            latest = counters.get().thenApply(stats -> next(stats, clock.millis()));
        }
        return latest;
    }

    /** The rates of about the last second; those before when the connection is slow to answer. */
    Rates get() {
        CompletableFuture<Rates> asked = refresh();
        try {
            return asked.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            // closed in between, or busy: the old numbers are good enough for a person
        }
        synchronized (this) {
            return last;
        }
    }

    private synchronized Rates next(ConnectionStats stats, long nowMs) {
        double seconds = Math.max(0.001, (nowMs - last.atMs()) / 1000.0);
        ConnectionStats before = last.stats();
        boolean first = last == Rates.NONE;
        last = new Rates(
                nowMs,
                stats,
                first ? 0 : Math.max(0, stats.bytesIn() - before.bytesIn()) * 8 / 1000.0 / seconds,
                first ? 0 : Math.max(0, stats.bytesOut() - before.bytesOut()) * 8 / 1000.0 / seconds,
                first ? 0 : Math.max(0, stats.decoded() - before.decoded()) / seconds,
                first ? 0 : Math.max(0, stats.encoded() - before.encoded()) / seconds);
        return last;
    }

    /** What was found at a moment. */
    record Rates(long atMs, ConnectionStats stats, double kbpsIn, double kbpsOut, double fpsIn, double fpsOut) {
        static final Rates NONE = new Rates(0, ConnectionStats.NONE, 0, 0, 0, 0);
    }
}
