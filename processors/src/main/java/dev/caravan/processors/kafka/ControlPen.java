package dev.caravan.processors.kafka;

import dev.caravan.processors.kafka.ControlsIn.Pending;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/** Controls that wait for their sessions, in order per session. Bounded per session, so that one key cannot take all the room. */
final class ControlPen {

    static final int PER_SESSION = 64;
    static final int ALL = 1_000;
    static final long BYTES = 4 << 20;

    private final Map<String, Deque<Pending>> bySession = new LinkedHashMap<>();
    private int size;
    private long bytes;

    boolean waits(String session) {
        return bySession.containsKey(session);
    }

    int size() {
        return size;
    }

    /** False when there is no room. */
    boolean add(Pending pending) {
        String session = pending.control().sessionId();
        Deque<Pending> waiting = bySession.get(session);
        int before = waiting == null ? 0 : waiting.size();
        if (size >= ALL || before >= PER_SESSION || bytes + weight(pending) > BYTES) {
            return false;
        }
        bySession.computeIfAbsent(session, s -> new ArrayDeque<>()).add(pending);
        size++;
        bytes += weight(pending);
        return true;
    }

    /** One queue per session; a queue that was emptied by {@link #remove} is to be removed through the iterator. */
    Iterator<Deque<Pending>> keys() {
        return bySession.values().iterator();
    }

    /** Takes the head of a queue out. */
    void remove(Deque<Pending> waiting) {
        bytes -= weight(waiting.remove());
        size--;
    }

    void removeIf(Predicate<Pending> condition) {
        for (Iterator<Deque<Pending>> keys = keys(); keys.hasNext(); ) {
            Deque<Pending> waiting = keys.next();
            for (Iterator<Pending> each = waiting.iterator(); each.hasNext(); ) {
                Pending pending = each.next();
                if (condition.test(pending)) {
                    bytes -= weight(pending);
                    size--;
                    each.remove();
                }
            }
            if (waiting.isEmpty()) {
                keys.remove();
            }
        }
    }

    private static long weight(Pending pending) {
        byte[] value = pending.record().value();
        return value == null ? 0 : value.length;
    }
}
