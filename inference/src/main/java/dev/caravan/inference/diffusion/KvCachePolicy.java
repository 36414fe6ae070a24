package dev.caravan.inference.diffusion;

/**
 * How a model family keeps the keys and values of past frames: one small class per policy. An instance is the bookkeeping of one stream;
 * it holds frame numbers only, the tensors are the network's. Not thread-safe.
 *
 * <p>A cache is an array of slots of one latent frame each, the same in every layer. Every pass says by a {@link CachePass} where the
 * call's frames go, which slots the queries see and how, and what happens to slots before and after.
 */
public sealed interface KvCachePolicy permits RollingWindow, AveragedSink, MemoryBank, ContextWindow {

    /** Which kind of cache it keeps; one and the same in all streams of a model. */
    KeyCache keys();

    /** Slots of a cache, latent frames. */
    int capacityFrames();

    /** Forgets everything: the next pass begins a stream at frame 0. */
    void reset();

    /**
     * A denoise step or clean pass over frames {@code [start, start + frames)}. The first pass over new frames makes room for them;
     * repeating a pass overwrites the same slots, without what came before the first one.
     *
     * @throws IllegalArgumentException when frames before {@code start} were never passed, or a frame of the call has no slot any more
     *                                  or never fits; nothing has changed then
     */
    CachePass pass(int start, int frames);

    /**
     * A pass over {@code frames} past frames that renews their keys and values before frame {@code end} is made: the newest ones after a
     * prompt change (spec causal-wan.md §4.2), or the context of every chunk (§4.5). Which frames the cache holds does not change. The
     * caller keeps the latents that go in: those of the newest frames, as many as the cache has slots; less than that exist only while
     * all frames since the reset do.
     *
     * @throws IllegalArgumentException when {@code end} is not the end of what was passed, or more frames than held are asked for
     */
    CachePass recache(int end, int frames);
}
