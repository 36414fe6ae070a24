package dev.caravan.processors.kafka;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which records of a topic are done, so that the committed offset of a partition is always its lowest unfinished one, in whatever order
 * they finish. Also recognises a record that is delivered again. Not thread-safe: its owner has a lock.
 *
 * <p>A record is known by offset <em>and</em> time stamp: a topic that was lost and made anew begins at offset 0 again, with records
 * nobody has seen.
 */
final class OffsetTracker {

    /** More than can be in work at once, so everything that may be delivered again is remembered. */
    private static final int REMEMBERED = 4_096;

    /** Proof of having begun a record. It is void once its partition was taken away. */
    record Ticket(int partition, long generation, long offset, long timestampMs) {}

    private static final class Partition {
        final TreeMap<Long, Boolean> doneByOffset = new TreeMap<>();
        final Map<Long, Long> timestampByOffset = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
                return size() > REMEMBERED;
            }
        };
        long generation;
        long next = -1;
        long reported = -1;
    }

    private final Map<Integer, Partition> partitions = new HashMap<>();

    /** Takes a record into work. Empty when it has been seen before: it is finished, or in work already. */
    Optional<Ticket> begin(int partition, long offset, long timestampMs) {
        Partition p = partitions.computeIfAbsent(partition, n -> new Partition());
        Long seen = p.timestampByOffset.get(offset);
        if (seen != null && seen == timestampMs) {
            // Finished before a commit that failed: its offset must still move on.
            if (!p.doneByOffset.containsKey(offset) && offset >= p.next) {
                p.doneByOffset.put(offset, true);
                advance(p);
            }
            return Optional.empty();
        }
        if (offset < p.next) {
            // The topic was made anew: what was in work belongs to the old one.
            reset(p);
        }
        p.timestampByOffset.remove(offset);
        p.timestampByOffset.put(offset, timestampMs);
        p.doneByOffset.put(offset, false);
        return Optional.of(new Ticket(partition, p.generation, offset, timestampMs));
    }

    void finish(Ticket ticket) {
        Partition p = partitions.get(ticket.partition());
        if (p != null && p.generation == ticket.generation() && p.doneByOffset.containsKey(ticket.offset())) {
            p.doneByOffset.put(ticket.offset(), true);
            advance(p);
        }
    }

    /** Whether the record still has to be worked on by us. */
    boolean isOurs(Ticket ticket) {
        Partition p = partitions.get(ticket.partition());
        return p != null && p.generation == ticket.generation();
    }

    /** Offsets to commit, by partition; only what moved since the last call. */
    Map<Integer, Long> committable() {
        Map<Integer, Long> offsets = new HashMap<>();
        partitions.forEach((number, p) -> {
            if (p.next >= 0 && p.next != p.reported) {
                offsets.put(number, p.next);
                p.reported = p.next;
            }
        });
        return offsets;
    }

    /** Makes {@link #committable} tell everything once more. */
    void reportAgain() {
        partitions.values().forEach(p -> p.reported = -1);
    }

    /** The partition is somebody else's now: unfinished records will be delivered again, to them or to us. */
    void forget(int partition) {
        Partition p = partitions.get(partition);
        if (p != null) {
            p.doneByOffset.forEach((offset, done) -> {
                if (!done) {
                    p.timestampByOffset.remove(offset);
                }
            });
            reset(p);
        }
    }

    private static void reset(Partition p) {
        p.generation++;
        p.doneByOffset.clear();
        p.next = -1;
        p.reported = -1;
    }

    private static void advance(Partition p) {
        while (!p.doneByOffset.isEmpty() && p.doneByOffset.firstEntry().getValue()) {
            p.next = p.doneByOffset.pollFirstEntry().getKey() + 1;
        }
    }
}
