package dev.caravan.inference.diffusion;

/**
 * How a model family keeps the keys and values of past frames: one small class per policy. An instance is the bookkeeping of one stream;
 * it holds frame numbers only, the tensors are the network's. Not thread-safe.
 */
public sealed interface KvCachePolicy permits RollingWindow {

    /** Slots of a cache, latent frames. */
    int capacityFrames();

    /** Forgets everything: the next pass begins a stream at frame 0. */
    void reset();

    /**
     * A denoise step or clean pass over frames {@code [start, start + frames)}. Repeating a pass overwrites the same slots.
     */
    CachePass pass(int start, int frames);

    /**
     * The pass after a prompt change over the {@code frames} newest frames, which end before frame {@code end} (spec causal-wan.md §4.2).
     */
    CachePass recache(int end, int frames);
}
