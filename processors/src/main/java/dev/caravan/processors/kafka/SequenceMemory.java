package dev.caravan.processors.kafka;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers the newest frame number of each key, to drop frames that come twice or late (a redelivery after a rebalance, a producer that
 * sends again). A producer that starts over is recognised by a number far back or by a silence, and counts from there. Bounded: of many
 * keys the ones used last are remembered. Thread-safe.
 */
final class SequenceMemory {

    /** A redelivery goes back by a commit interval of frames at most; a restarted producer by more, sooner or later. */
    static final long FAR_BACK = 300;

    static final long SILENCE_MS = 3_000;
    private static final int KEYS = 1_024;

    private record Newest(long sequence, long atMs) {}

    private final Map<String, Newest> byKey = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Newest> eldest) {
            return size() > KEYS;
        }
    };

    /** Whether the frame is newer than all before it of this key. Remembers it then. */
    synchronized boolean isNew(String key, long sequence, long nowMs) {
        Newest newest = byKey.get(key);
        boolean fresh = newest == null
                || sequence > newest.sequence
                || newest.sequence - sequence > FAR_BACK
                || nowMs - newest.atMs > SILENCE_MS;
        if (fresh) {
            byKey.put(key, new Newest(sequence, nowMs));
        }
        return fresh;
    }
}
