package dev.caravan.inference.model;

import java.time.Duration;
import java.time.Instant;

/** Bytes a second, smoothed: what came in the last seconds weighs most (exponential average, time constant 5 s). For one thread. */
final class Rate {

    private static final double TIME_CONSTANT_S = 5;
    /** Shorter spans tell of buffers, not of the network. */
    private static final Duration SHORTEST = Duration.ofMillis(250);

    private Instant since;
    private long bytes;
    private double rate = -1;

    Rate(Instant start) {
        this.since = start;
    }

    void add(long arrived) {
        bytes += arrived;
    }

    /** Bytes a second; 0 before the first bytes had time to come. */
    long at(Instant now) {
        Duration span = Duration.between(since, now);
        boolean notBegun = rate < 0 && bytes == 0;
        if (span.isNegative() || notBegun) {
            // The clock was set back, or nothing was asked for yet: nothing can be said about this span.
            since = now;
            bytes = 0;
        } else if (span.compareTo(SHORTEST) >= 0) {
            double seconds = span.toNanos() / 1e9;
            double latest = bytes / seconds;
            rate = rate < 0 ? latest : rate + (1 - Math.exp(-seconds / TIME_CONSTANT_S)) * (latest - rate);
            since = now;
            bytes = 0;
        }
        return Math.max(0, Math.round(rate));
    }
}
