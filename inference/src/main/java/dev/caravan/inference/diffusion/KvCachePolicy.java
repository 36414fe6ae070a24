package dev.caravan.inference.diffusion;

/**
 * How a model family keeps the keys and values of past frames: one small class per policy. An instance is the bookkeeping of one stream;
 * it holds frame numbers only, the tensors are the network's. Not thread-safe.
 *
 * <p>A cache is an array of slots of one latent frame each, the same in every layer. Every pass says by a {@link CachePass} where the call's
 * frames go and which prefix of the array the queries see. That is enough for {@link RollingWindow}; the other families of spec
 * causal-wan.md §4 will bring classes of their own and these additions:
 * <ul>
 *   <li>Reward Forcing (§4.3) stores keys before rotation and rotates the seen prefix anew in each pass: its passes also give the time
 *       position of each seen slot, and moves of slots with a moving average of the sink, done before the new frames are written;
 *   <li>MemFlow (§4.4) puts a bank of at most three blocks between sink and window, which its passes fill, compress or show in part; with
 *       the bank off it is a {@link RollingWindow};
 *   <li>Krea (§4.5) fills its first slots from context frames before a chunk, at positions from 0 on, and has no clean pass.
 * </ul>
 */
public sealed interface KvCachePolicy permits RollingWindow {

    /** Slots of a cache, latent frames. */
    int capacityFrames();

    /** Forgets everything: the next pass begins a stream at frame 0. */
    void reset();

    /**
     * A denoise step or clean pass over frames {@code [start, start + frames)}. The first pass over new frames makes room for them;
     * repeating a pass overwrites the same slots.
     *
     * @throws IllegalArgumentException when frames before {@code start} were never passed, or a frame of the call has no slot any more
     *                                  or never fits; nothing has changed then
     */
    CachePass pass(int start, int frames);

    /**
     * The pass after a prompt change over the {@code frames} newest frames, which end before frame {@code end} (spec causal-wan.md §4.2).
     * Which frames the cache holds does not change.
     *
     * @throws IllegalArgumentException when {@code end} is not the end of what was passed, or more frames than held are asked for
     */
    CachePass recache(int end, int frames);
}
