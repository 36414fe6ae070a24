package dev.caravan.processors.session;

import java.util.concurrent.TimeUnit;

/** Sums up chunks into at most four events a second. Written by the owner thread. */
final class ChunkReport {

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final SessionEvents events;
    private final Timing timing;
    private volatile long total;
    private long nextAt;
    private long chunks;
    private long framesIn;
    private long framesOut;
    private long nanos;

    ChunkReport(SessionEvents events, Timing timing) {
        this.events = events;
        this.timing = timing;
    }

    void made(long chunk, int in, int out, long tookNanos, long controlOffset) {
        total = chunk + 1;
        chunks++;
        framesIn += in;
        framesOut += out;
        nanos += tookNanos;
        long now = timing.nanos();
        if (now < nextAt) {
            return;
        }
        nextAt = now + PERIOD_NANOS;
        double milliseconds = TimeUnit.NANOSECONDS.toMicros(nanos) / 1000.0;
        events.chunk(chunk, chunks, framesIn, framesOut, milliseconds, controlOffset);
        chunks = 0;
        framesIn = 0;
        framesOut = 0;
        nanos = 0;
    }

    /** Chunks made since the session opened, failed ones included. */
    long chunks() {
        return total;
    }
}
