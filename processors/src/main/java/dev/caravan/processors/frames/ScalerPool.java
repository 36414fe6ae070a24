package dev.caravan.processors.frames;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Idle scalers, kept for the next picture of the same kind. Nobody waits: when none fits, a new one is made; when too many are idle,
 * the one unused for longest goes. Thread-safe.
 */
final class ScalerPool implements AutoCloseable {

    /** A scaler holds one picture; sixteen of the largest size are 220 MiB, of the usual 576x320 4 MiB. */
    private static final int MAX_IDLE = 16;

    /** Most recently used first. */
    private final Deque<Scaler> idle = new ArrayDeque<>();

    private boolean closed;

    /** A scaler for this thread alone, until it is given back. */
    Scaler take(Scaler.Key key) {
        synchronized (this) {
            for (Iterator<Scaler> i = idle.iterator(); i.hasNext(); ) {
                Scaler scaler = i.next();
                if (scaler.key().equals(key)) {
                    i.remove();
                    return scaler;
                }
            }
        }
        return new Scaler(key);
    }

    void giveBack(Scaler scaler) {
        Scaler unwanted = scaler;
        synchronized (this) {
            if (!closed) {
                idle.addFirst(scaler);
                unwanted = idle.size() > MAX_IDLE ? idle.removeLast() : null;
            }
        }
        if (unwanted != null) {
            unwanted.close();
        }
    }

    synchronized int idle() {
        return idle.size();
    }

    /** Frees the idle ones now and those in use when they are given back. */
    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(Scaler::close);
        idle.clear();
    }
}
