package dev.caravan.processors.session;

/** Lets one through per period and counts the rest. Thread-safe. */
final class RateLimit {

    private final long periodNanos;
    private long nextAt = Long.MIN_VALUE;
    private long suppressed;

    RateLimit(long periodNanos) {
        this.periodNanos = periodNanos;
    }

    synchronized boolean pass(long nowNanos) {
        if (nowNanos < nextAt) {
            suppressed++;
            return false;
        }
        nextAt = nowNanos + periodNanos;
        return true;
    }

    /** How many were held back since this was asked last. */
    synchronized long suppressed() {
        long count = suppressed;
        suppressed = 0;
        return count;
    }
}
