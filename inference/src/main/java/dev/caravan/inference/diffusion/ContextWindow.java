package dev.caravan.inference.diffusion;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Nothing rolls: before each chunk but the first, a few context frames are passed anew, and the chunk sees them and itself (Krea; spec
 * causal-wan.md §4.5). Keys are stored rotated, at the place of their frame in the window, not in the stream.
 * <pre>
 * context 3, chunks of 3:   first chunk     0 1 2           (0 1 2 3 when it has one frame more)
 *                           then            c c c | 3 4 5   again and again
 * </pre>
 * Context frames but the first get the stream's attention bias, and those of a longer first chunk that lie so.
 */
public final class ContextWindow implements KvCachePolicy {

    private final int context;
    private final int chunk;
    /** First frame of the newest chunk, and the frame behind it. */
    private int start;
    private int end;

    /**
     * @param contextFrames how many frames are passed anew, at least 1
     * @param chunkFrames   frames of every chunk but the first, at least 1
     */
    public ContextWindow(int contextFrames, int chunkFrames) {
        if (contextFrames < 1 || chunkFrames < 1) {
            throw new IllegalArgumentException("a window has context and chunks; " + contextFrames + " and " + chunkFrames + " frames given");
        }
        this.context = contextFrames;
        this.chunk = chunkFrames;
    }

    @Override
    public KeyCache keys() {
        return KeyCache.BIASED;
    }

    @Override
    public int capacityFrames() {
        return context + chunk;
    }

    @Override
    public void reset() {
        start = 0;
        end = 0;
    }

    /**
     * The pass over the context, which the caller chose and which sees only itself. {@code end} is where the next chunk begins.
     *
     * @throws IllegalArgumentException also when it is not over as many frames as the context has, or nothing was passed before
     */
    @Override
    public CachePass recache(int end, int frames) {
        if (end != this.end || end == 0 || frames != context) {
            throw new IllegalArgumentException("a context of " + frames + " frames before frame " + end + " does not go with " + context
                    + " after frames up to " + this.end);
        }
        return pass(0, context, new KeyView.Biased(0, 0, false), List.of());
    }

    @Override
    public CachePass pass(int start, int frames) {
        boolean again = start == this.start && start + frames == end;
        if (start < 0 || !again && start != end || frames < 1 || frames > (start == 0 ? capacityFrames() : chunk)) {
            throw new IllegalArgumentException("a pass over " + frames + " frames from " + start + " on cannot follow on frames " + this.start
                    + " to " + (end - 1) + " in chunks of " + chunk);
        }
        this.start = start;
        this.end = start + frames;
        int slot = start == 0 ? 0 : context;
        int biased = Math.max(1, slot + frames - chunk);
        // Keys are padded with zeros: behind a first chunk lies what an earlier stream left.
        List<CacheChange> before =
                start == 0 ? List.of(new CacheChange.Clear(range(frames, capacityFrames()))) : List.<CacheChange>of();
        return pass(slot, frames, new KeyView.Biased(1, biased, true), before);
    }

    /** Frames in slots of their own from one on, at the positions of the slots. */
    private static CachePass pass(int slot, int frames, KeyView view, List<CacheChange> before) {
        List<Integer> slots = range(slot, slot + frames);
        return new CachePass(slots, range(0, frames), slots, slot + frames, view, before, List.of());
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }
}
