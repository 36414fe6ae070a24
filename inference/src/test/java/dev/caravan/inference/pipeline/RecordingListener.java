package dev.caravan.inference.pipeline;

import dev.caravan.inference.pipeline.PipelineLoader.Entry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Writes down what it hears, and owns the clock of the loader. */
final class RecordingListener implements PipelineLoader.Listener {

    private final List<String> heard = new ArrayList<>();
    private Duration lastDuration = Duration.ZERO;
    private boolean failAlways;
    private volatile Instant now = Instant.EPOCH;

    InstantSource clock() {
        return () -> now;
    }

    void advance(Duration step) {
        now = now.plus(step);
    }

    /** All that was heard, once it is at least so much: news come after the status they tell of. */
    synchronized List<String> awaitHeard(int events) throws InterruptedException {
        while (heard.size() < events) {
            wait();
        }
        return List.copyOf(heard);
    }

    synchronized Duration lastDuration() {
        return lastDuration;
    }

    synchronized void failAlways() {
        failAlways = true;
    }

    /** Waits for an event; the test's own time limit bounds it. */
    synchronized void await(String event) throws InterruptedException {
        while (!heard.contains(event)) {
            wait();
        }
    }

    @Override
    public void loadStarted(Entry entry) {
        write("started " + entry.nodeId());
    }

    @Override
    public synchronized void loaded(Entry entry, Duration took) {
        lastDuration = took;
        write("loaded " + entry.nodeId());
    }

    @Override
    public void unloaded(Entry entry) {
        write("unloaded " + entry.nodeId());
    }

    @Override
    public void failed(Entry entry, String reason) {
        write("failed " + entry.nodeId() + ": " + reason);
    }

    @Override
    public void abandoned(Entry entry) {
        write("abandoned " + entry.nodeId());
    }

    private synchronized void write(String event) {
        heard.add(event);
        notifyAll();
        if (failAlways) {
            throw new IllegalStateException("a listener that fails");
        }
    }
}
