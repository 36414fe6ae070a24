package dev.caravan.processors.session;

import java.util.concurrent.TimeUnit;

/** Events per second over the last few seconds. Thread-safe. */
final class RateMeter {

    private static final int BUCKETS = 10;
    private static final long BUCKET_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    // One bucket more than the window: the one being filled does not count yet.
    private final int[] counts = new int[BUCKETS + 1];
    private final long firstBucket;
    private long bucket;
    private long total;

    RateMeter(long nowNanos) {
        firstBucket = nowNanos / BUCKET_NANOS;
        bucket = firstBucket;
    }

    synchronized void mark(long nowNanos) {
        advance(nowNanos);
        counts[index(bucket)]++;
        total++;
    }

    synchronized long total() {
        return total;
    }

    /** Over the last five seconds, or since the beginning when that is less. */
    synchronized double perSecond(long nowNanos) {
        advance(nowNanos);
        long full = Math.min(BUCKETS, bucket - firstBucket);
        if (full == 0) {
            return 0;
        }
        long sum = 0;
        for (long b = bucket - full; b < bucket; b++) {
            sum += counts[index(b)];
        }
        return sum * (double) TimeUnit.SECONDS.toNanos(1) / (full * BUCKET_NANOS);
    }

    private void advance(long nowNanos) {
        long target = Math.max(bucket, nowNanos / BUCKET_NANOS);
        for (long b = Math.max(bucket + 1, target - BUCKETS); b <= target; b++) {
            counts[index(b)] = 0;
        }
        bucket = target;
    }

    private int index(long b) {
        return (int) (b % counts.length);
    }
}
