package dev.caravan.inference.diffusion;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The first frames for ever (the sink) and the newest ones: LongLive, StreamDiffusionV2, MemFlow without its bank (spec causal-wan.md
 * §4.1, §4.2). Keys are stored rotated, at the absolute number of their frame.
 *
 * <p>A frame keeps its slot while it is held; when all are full, a new frame takes the slot of the oldest one that is no sink:
 * <pre>
 * capacity 6, sink 3, frames one by one:   0 1 2 3 4 5   -> 0 1 2 6 4 5 -> 0 1 2 6 7 5
 * </pre>
 */
public final class RollingWindow implements KvCachePolicy {

    private final int capacity;
    private final int sink;
    /** The frame in each slot. */
    private final List<Integer> slots = new ArrayList<>();
    /** The highest frame passed, plus 1. */
    private int end;

    /**
     * @param capacityFrames slots, more than the sink has
     * @param sinkFrames     how many first frames are never dropped, 0 or more
     */
    public RollingWindow(int capacityFrames, int sinkFrames) {
        if (sinkFrames < 0 || capacityFrames <= sinkFrames) {
            throw new IllegalArgumentException("a cache needs more frames than its sink; " + capacityFrames + " with a sink of "
                    + sinkFrames + " given, use 12 with a sink of 3");
        }
        this.capacity = capacityFrames;
        this.sink = sinkFrames;
    }

    @Override
    public KeyCache keys() {
        return KeyCache.ROTATED;
    }

    @Override
    public int capacityFrames() {
        return capacity;
    }

    /** The frames held, ascending. LongLive recaches as many as these, that is min({@link #end()}, capacity). */
    public List<Integer> frames() {
        return slots.stream().sorted().toList();
    }

    /** Where a held frame lies. */
    public int slotOf(int frame) {
        int slot = slots.indexOf(frame);
        if (slot < 0) {
            throw new IllegalArgumentException("frame " + frame + " is not held");
        }
        return slot;
    }

    /** The number of the next new frame. */
    public int end() {
        return end;
    }

    @Override
    public void reset() {
        slots.clear();
        end = 0;
    }

    @Override
    public CachePass pass(int start, int frames) {
        if (start < 0 || frames < 1 || start > end) {
            throw new IllegalArgumentException(
                    "a pass over " + frames + " frames from " + start + " on cannot follow on frame " + (end - 1));
        }
        requireRoom(start, frames);
        for (; end < start + frames; end++) {
            if (slots.size() < capacity) {
                slots.add(end);
            } else {
                slots.set(slotOf(frames().get(sink)), end);
            }
        }
        List<Integer> positions = IntStream.range(start, start + frames).boxed().toList();
        List<Integer> all = IntStream.range(0, frames).boxed().toList();
        return new CachePass(positions, all, positions.stream().map(this::slotOf).toList(), slots.size());
    }

    /** No frame of a call may be dropped already, nor push out another one of the same call. */
    private void requireRoom(int start, int frames) {
        int oldestOfWindow = Math.max(end, start + frames) - (capacity - sink);
        for (int frame = start; frame < start + frames; frame++) {
            if (frame >= sink && frame < oldestOfWindow) {
                throw new IllegalArgumentException("frame " + frame + " of a pass over " + frames + " frames from " + start
                        + " on has no place in a cache of " + capacity + " frames");
            }
        }
    }

    /**
     * Buffer frame i belongs to the i-th of the last {@code frames} frames held; those of the sink are only overwritten when the pass
     * begins with frame 0, so later recaches leave the sink as the old prompt made it.
     */
    @Override
    public CachePass recache(int end, int frames) {
        List<Integer> order = frames();
        if (end != this.end || frames < 1 || frames > order.size()) {
            throw new IllegalArgumentException("a recache of " + frames + " frames before frame " + end + " does not go with "
                    + order.size() + " frames held before frame " + this.end);
        }
        List<Integer> written = new ArrayList<>();
        List<Integer> slotsWritten = new ArrayList<>();
        for (int i = 0; i < frames; i++) {
            int entry = order.size() - frames + i;
            if (entry >= sink || end == frames) {
                written.add(i);
                slotsWritten.add(slotOf(order.get(entry)));
            }
        }
        return new CachePass(IntStream.range(end - frames, end).boxed().toList(), written, slotsWritten, slots.size());
    }
}
