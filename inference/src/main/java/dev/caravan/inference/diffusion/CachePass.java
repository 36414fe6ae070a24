package dev.caravan.inference.diffusion;

import java.util.List;

/**
 * What one pass of the transformer does to the key-value caches, counted in latent frames. A cache is an array of slots of one frame
 * each, filled from the first one on; attention does not depend on the order of keys, so a slot is overwritten in place.
 *
 * @param queryPositions rotary time position of each frame of the call
 * @param writtenFrames  which frames of the call (0-based, ascending) have their keys and values stored; all, except in a recache
 * @param writtenSlots   the slot of each of {@code writtenFrames}
 * @param attendedSlots  the queries see slots 0 to this (exclusive)
 */
public record CachePass(
        List<Integer> queryPositions, List<Integer> writtenFrames, List<Integer> writtenSlots, int attendedSlots) {

    public CachePass {
        queryPositions = List.copyOf(queryPositions);
        writtenFrames = List.copyOf(writtenFrames);
        writtenSlots = List.copyOf(writtenSlots);
    }
}
