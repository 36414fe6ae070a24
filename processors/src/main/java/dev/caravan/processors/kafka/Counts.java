package dev.caravan.processors.kafka;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What happened to records, by cause. Names are ours, so there are few. Thread-safe. */
final class Counts {

    private final Map<String, LongAdder> byCause = new ConcurrentHashMap<>();

    void add(String cause) {
        byCause.computeIfAbsent(cause, c -> new LongAdder()).increment();
    }

    Map<String, Long> snapshot() {
        Map<String, Long> snapshot = new TreeMap<>();
        byCause.forEach((cause, count) -> snapshot.put(cause, count.sum()));
        return snapshot;
    }
}
