package dev.caravan.processors.session;

import dev.caravan.inference.frame.Picture;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashSet;
import java.util.Set;

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
    private final ReferenceQueue<byte[]> gone = new ReferenceQueue<>();
    private final Set<Held> pictures = new HashSet<>();
    private long bytes;
    private boolean tight;

    HeldBytes(long limit, MemoryRelief relief) {
        this.limit = limit;
        this.relief = relief;
    }

    /** Counts a picture, unless it is counted already. */
    synchronized void track(Picture picture) {
        byte[] data = data(picture);
        if (pictures.add(new Held(data, gone))) {
            bytes += data.length;
        }
    }

    /**
     * Whether so many bytes more may be taken. Asks for a garbage collection well before the answer is no: what looks held may only
     * not have been collected yet.
     */
    synchronized boolean room(int more, long nowNanos) {
        forgetTheGone();
        boolean wasTight = tight;
        tight = bytes + more > limit - limit / 4;
        if (tight) {
            relief.ask(nowNanos);
        } else if (wasTight) {
            relief.helped();
        }
        return bytes + more <= limit;
    }

    synchronized long bytes() {
        forgetTheGone();
        return bytes;
    }

    /** For tests: as if nobody held a picture any more. */
    synchronized void release(Picture picture) {
        for (Held held : pictures) {
            if (held.refersTo(data(picture))) {
                held.enqueue();
            }
        }
    }

    private void forgetTheGone() {
        for (Reference<? extends byte[]> one = gone.poll(); one != null; one = gone.poll()) {
            Held held = (Held) one;
            if (pictures.remove(held)) {
                bytes -= held.length;
            }
        }
    }

    private static byte[] data(Picture picture) {
        return switch (picture) {
            case Picture.I420 p -> p.data();
            case Picture.Rgb24 p -> p.data();
            case Picture.Encoded p -> p.data();
        };
    }

    /** The bytes of one picture. Two are equal when they are the same array, or the same reference after it is gone. */
    private static final class Held extends WeakReference<byte[]> {

        private final int hash;
        private final int length;

        Held(byte[] data, ReferenceQueue<byte[]> queue) {
            super(data, queue);
            hash = System.identityHashCode(data);
            length = data.length;
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            if (this == other) {
                return true;
            }
            byte[] mine = get();
            return mine != null && other instanceof Held that && that.refersTo(mine);
        }
    }
}
