package dev.caravan.inference.diffusion;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The newest frames behind a sink that learns from those that leave: Reward Forcing (spec causal-wan.md §4.3). Keys are stored without
 * rotation; a pass turns each by its place among those it sees, so that places stay small however long a stream gets.
 *
 * <p>Places are those of the spec, the sink first and then the window, oldest first. Slots stay where they are: the window is a ring, and
 * only places move on.
 * <pre>
 * capacity 9, sink 3, chunks of 3          place 0 1 2  3 4 5  6 7 8
 * frames 6, 7, 8                         in slot 0 1 2  3 4 5  6 7 8
 * frames 9, 10, 11: 3, 4, 5 leave        in slot 0 1 2  6 7 8  3 4 5   slots 0, 1, 2 average in 3, 4, 5 before those are overwritten
 * </pre>
 */
public final class AveragedSink implements KvCachePolicy {

    /** Share of the sink that stays when as many frames leave as it has. */
    private static final double KEEP = 0.999;

    private final int capacity;
    private final int sink;
    /** The slot at each place, those of no frame yet last. */
    private final List<Integer> slots = new ArrayList<>();
    /** Places with a frame. */
    private int held;
    /** The highest frame passed, plus 1. */
    private int end;
    /** Whether the sink is an average already. */
    private boolean averaged;

    /**
     * @param capacityFrames slots, more than the sink has
     * @param sinkFrames     slots of the sink, at least 1
     */
    public AveragedSink(int capacityFrames, int sinkFrames) {
        if (sinkFrames < 1 || capacityFrames <= sinkFrames) {
            throw new IllegalArgumentException("a cache needs a sink and more frames than that; " + capacityFrames + " with a sink of "
                    + sinkFrames + " given, use 9 with a sink of 3");
        }
        this.capacity = capacityFrames;
        this.sink = sinkFrames;
        reset();
    }

    @Override
    public KeyCache keys() {
        return KeyCache.UNROTATED;
    }

    @Override
    public int capacityFrames() {
        return capacity;
    }

    /** The number of the next new frame. */
    public int end() {
        return end;
    }

    /** The slots that hold frames, by place. */
    public List<Integer> slots() {
        return List.copyOf(slots.subList(0, held));
    }

    @Override
    public void reset() {
        slots.clear();
        IntStream.range(0, capacity).forEach(slots::add);
        held = 0;
        end = 0;
        averaged = false;
    }

    /**
     * The frames of a call take the last places. That is all that counts: a call over a held frame and two new ones overwrites that one
     * (the second chunk made from video is such a call).
     */
    @Override
    public CachePass pass(int start, int frames) {
        int added = start + frames - end;
        if (start < 0 || frames < 1 || start > end || added < 0) {
            throw new IllegalArgumentException(
                    "a pass over " + frames + " frames from " + start + " on cannot follow on frame " + (end - 1));
        }
        int leaving = added == 0 ? 0 : Math.max(0, held + frames - capacity);
        requireRoom(start, frames, added, leaving);
        List<CacheChange> before = leaving == 0 ? List.of() : List.of(leave(leaving));
        held += added - leaving;
        end = start + frames;
        List<Integer> positions = IntStream.range(0, held).map(slots()::indexOf).boxed().toList();
        return new CachePass(
                IntStream.range(held - frames, held).boxed().toList(),
                IntStream.range(0, frames).boxed().toList(),
                slots.subList(held - frames, held),
                held,
                new KeyView.Turned(positions),
                before,
                List.of());
    }

    private void requireRoom(int start, int frames, int added, int leaving) {
        int overwritten = frames - added;
        // A sink that frames left for is none of them any more.
        boolean allHeld = overwritten <= (end == held ? held : held - sink);
        // Places that were overwritten at the same time would leave a gap among the slots seen.
        boolean room = leaving == 0 ? held + added <= capacity : leaving <= held - sink && overwritten == 0;
        if (!allHeld || !room) {
            throw new IllegalArgumentException("a pass over " + frames + " frames from " + start + " on has no place in a cache of "
                    + capacity + " frames, " + sink + " of them a sink, that ends before frame " + end);
        }
    }

    /** The oldest frames of the window leave: what becomes of the sink. The published code averages for a whole sink of frames only. */
    private CacheChange leave(int count) {
        List<Integer> window = slots.subList(sink, held);
        List<Integer> left = List.copyOf(window.subList(0, Math.min(count, sink)));
        Collections.rotate(window, -count);
        boolean again = averaged;
        averaged = count == sink;
        List<Integer> into = List.copyOf(slots.subList(0, left.size()));
        return averaged ? new CacheChange.Average(left, into, KEEP, !again) : new CacheChange.Copy(left, into);
    }

    /** @throws UnsupportedOperationException always: Reward Forcing leaves its caches as they are when the prompt changes */
    @Override
    public CachePass recache(int end, int frames) {
        throw new UnsupportedOperationException("a cache with an averaged sink is not made again");
    }
}
