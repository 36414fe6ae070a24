package dev.caravan.processors.session;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The pixel bytes of all sessions together, those that have ended included: a route may keep frames longer than their session lives, and
 * many sessions within their limits may be more than the machine has. Thread-safe.
 *
 * <p>What a session may always have, its {@code floor}, keeps those alive that hold little while others hold too much.
 */
final class HeldTotal {

    private final long limit;
    private final long floor;
    private final AtomicLong bytes = new AtomicLong();
    private final ReferenceQueue<byte[]> gone = new ReferenceQueue<>();
    // Here and not in the session: a reference that is itself garbage never tells that its bytes are gone.
    private final Set<Held> pictures = ConcurrentHashMap.newKeySet();

    /**
     * @param limit of all sessions together; a fifth more for those below the floor
     * @param floor of one session
     */
    HeldTotal(long limit, long floor) {
        this.limit = limit;
        this.floor = floor;
    }

    /**
     * For this virtual machine. The limit is above what garbage the young generation of its collector may hold (60 % of the heap), so
     * that pictures that were only not collected yet do not count as too many.
     */
    static HeldTotal ofHeap() {
        long heap = Runtime.getRuntime().maxMemory();
        return new HeldTotal(heap / 8 * 5, heap / 128);
    }

    /** Counts a picture for a session, unless it is counted already. */
    void track(byte[] data, AtomicLong session) {
        if (pictures.add(new Held(data, gone, session))) {
            session.addAndGet(data.length);
            bytes.addAndGet(data.length);
        }
    }

    /** Whether a session that holds so many bytes may have more. */
    boolean room(long held, long more) {
        long all = bytes.get() + more;
        return all <= limit || (held + more <= floor && all <= limit + limit / 5);
    }

    /** Whether it is time for a garbage collection. */
    boolean tight(long more) {
        return bytes.get() + more > limit - limit / 4;
    }

    /** For tests: as if nobody held these bytes any more. */
    void release(byte[] data) {
        for (Held held : pictures) {
            if (held.refersTo(data)) {
                held.enqueue();
            }
        }
    }

    void forgetTheGone() {
        for (Reference<? extends byte[]> one = gone.poll(); one != null; one = gone.poll()) {
            Held held = (Held) one;
            if (pictures.remove(held)) {
                held.session.addAndGet(-held.length);
                bytes.addAndGet(-held.length);
            }
        }
    }

    /** The bytes of one picture of one session. Two are equal when they are the same array, or the same reference after it is gone. */
    private static final class Held extends WeakReference<byte[]> {

        private final AtomicLong session;
        private final int hash;
        private final int length;

        Held(byte[] data, ReferenceQueue<byte[]> queue, AtomicLong session) {
            super(data, queue);
            this.session = session;
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
            return mine != null && other instanceof Held that && that.session == session && that.refersTo(mine);
        }
    }
}
