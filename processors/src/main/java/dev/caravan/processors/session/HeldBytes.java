package dev.caravan.processors.session;

import dev.caravan.inference.frame.Picture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the pixel bytes of one session that anybody - the hub, a route, a subscriber - still holds, so that a route that keeps frames
 * for ever costs its own session frames and nobody memory.
 *
 * <p>A picture is counted once however many frames share it, and until its bytes are unreachable: that is what memory is spent on, and
 * what nobody has to remember to release. Costs well under a microsecond per frame. Thread-safe.
 */
final class HeldBytes {

    private final long limit;
    private final MemoryRelief relief;
    private final HeldTotal all;
    private final AtomicLong bytes = new AtomicLong();
    private boolean tight;

    HeldBytes(long limit, MemoryRelief relief, HeldTotal all) {
        this.limit = limit;
        this.relief = relief;
        this.all = all;
    }

    /** Counts a picture, unless it is counted already. */
    void track(Picture picture) {
        all.track(data(picture), bytes);
    }

    /**
     * Whether so many bytes more may be taken. Asks for a garbage collection well before the answer is no: what looks held may only
     * not have been collected yet.
     */
    synchronized boolean room(int more, long nowNanos) {
        all.forgetTheGone();
        long held = bytes.get();
        boolean wasTight = tight;
        tight = held + more > limit - limit / 4 || all.tight(more);
        if (tight) {
            relief.ask(nowNanos);
        } else if (wasTight) {
            relief.helped();
        }
        return held + more <= limit && all.room(held, more);
    }

    long bytes() {
        all.forgetTheGone();
        return bytes.get();
    }

    /** For tests: as if nobody held a picture any more. */
    void release(Picture picture) {
        all.release(data(picture));
    }

    private static byte[] data(Picture picture) {
        return switch (picture) {
            case Picture.I420 p -> p.data();
            case Picture.Rgb24 p -> p.data();
            case Picture.Encoded p -> p.data();
        };
    }
}
