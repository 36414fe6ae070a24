package dev.caravan.processors.session;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * How many frames per second a chain makes (contract §3.4): total frames over total time of its last ten batches, time from batch to
 * batch, between 1 and 60, and 60 as long as nothing is known. Written by the owner thread, read by all.
 */
final class FpsEstimate {

    static final double MAX = 60;
    static final double MIN = 1;

    private static final int BATCHES = 10;
    // A gap this much longer than a batch is not the pipeline's slowness: nobody sent anything.
    private static final int GAP_FACTOR = 4;
    private static final long GAP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int[] frames = new int[BATCHES];
    private final long[] nanos = new long[BATCHES];
    private int batches;
    private long lastEnd = -1;
    private volatile double perSecond = MAX;

    /** Forgets when the last batch ended, so that the time until the next is not counted: after a pause, or while throttled. */
    void gap() {
        lastEnd = -1;
    }

    /** Forgets everything: another pipeline mode is another pace. */
    void reset() {
        gap();
        batches = 0;
        Arrays.fill(frames, 0);
        Arrays.fill(nanos, 0);
        perSecond = MAX;
    }

    void batch(int made, long startNanos, long endNanos) {
        if (made > 0) {
            int slot = batches++ % BATCHES;
            frames[slot] = made;
            nanos[slot] = endNanos - from(startNanos, endNanos);
            long time = Arrays.stream(nanos).sum();
            double estimate = time <= 0 ? MAX : Arrays.stream(frames).sum() * (double) TimeUnit.SECONDS.toNanos(1) / time;
            perSecond = Math.clamp(estimate, MIN, MAX);
        }
        lastEnd = endNanos;
    }

    double perSecond() {
        return perSecond;
    }

    private long from(long startNanos, long endNanos) {
        int known = Math.min(batches - 1, BATCHES);
        if (lastEnd < 0 || known == 0) {
            return startNanos;
        }
        long mean = Arrays.stream(nanos).sum() / known;
        return endNanos - lastEnd > GAP_FACTOR * mean + GAP_NANOS ? startNanos : lastEnd;
    }
}
