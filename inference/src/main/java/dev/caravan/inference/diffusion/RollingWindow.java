package dev.caravan.inference.diffusion;

import java.util.ArrayList;
import java.util.List;

/** The first frames for ever (the sink) and the newest ones: LongLive, StreamDiffusionV2 (spec causal-wan.md §4.1, §4.2). */
public final class RollingWindow implements KvCachePolicy {

    private final int capacity;
    private final int sink;
    private final List<Integer> slots = new ArrayList<>();

    public RollingWindow(int capacityFrames, int sinkFrames) {
        this.capacity = capacityFrames;
        this.sink = sinkFrames;
    }

    @Override
    public int capacityFrames() {
        return capacity;
    }

    @Override
    public void reset() {
        slots.clear();
    }

    @Override
    public CachePass pass(int start, int frames) {
        throw new UnsupportedOperationException("not built yet: sink of " + sink);
    }

    @Override
    public CachePass recache(int end, int frames) {
        throw new UnsupportedOperationException("not built yet");
    }
}
