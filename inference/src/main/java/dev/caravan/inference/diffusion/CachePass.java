package dev.caravan.inference.diffusion;

import java.util.List;

/**
 * What one pass of the transformer does to the key-value caches, counted in latent frames. A cache is an array of slots of one frame
 * each, filled from the first one on; attention does not depend on the order of keys, so a slot is overwritten in place.
 *
 * @param queryPositions rotary time position of each frame of the call
 * @param writtenFrames  which frames of the call (0-based, ascending) have their keys and values stored; all, except in a recache
 * @param writtenSlots   the slot of each of {@code writtenFrames}
 * @param attendedSlots  how many slots the queries see: 0 to this (exclusive), unless {@code view} says otherwise
 * @param view           how the queries see them
 * @param before         what happens to the caches before the first of the passes over these frames; in this order
 * @param after          what happens to them after the last one, when clean keys and values are stored; in this order
 */
public record CachePass(
        List<Integer> queryPositions,
        List<Integer> writtenFrames,
        List<Integer> writtenSlots,
        int attendedSlots,
        KeyView view,
        List<CacheChange> before,
        List<CacheChange> after) {

    public CachePass {
        queryPositions = List.copyOf(queryPositions);
        writtenFrames = List.copyOf(writtenFrames);
        writtenSlots = List.copyOf(writtenSlots);
        before = List.copyOf(before);
        after = List.copyOf(after);
    }

    /** A pass that sees the slots as they are stored, and after which nothing else happens to them. */
    public CachePass(List<Integer> queryPositions, List<Integer> writtenFrames, List<Integer> writtenSlots, int attendedSlots) {
        this(queryPositions, writtenFrames, writtenSlots, attendedSlots, new KeyView.Stored(), List.of(), List.of());
    }
}
