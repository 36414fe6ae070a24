package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.KeyCache;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.tensor.Shape;

/**
 * The tensors of one stream by which the device learns of a {@link CachePass}: one kind for each {@link SelfAttention}, whose inputs they
 * are. Not thread-safe.
 */
interface PassInputs {

    /** Ties the tensors to a step of the sizes of this pass. */
    void bind(Binding binding, CachePass pass);

    /** Tells the device about a pass. */
    void write(CachePass pass);

    /** All that two passes must have in common to be run by the same binding. */
    Object sizes(CachePass pass);

    /** How many slots of the caches a pass has bound, from the first one on. */
    default int boundSlots(CachePass pass) {
        return pass.attendedSlots();
    }

    /**
     * Shape of a whole cache of one block.
     *
     * @param slots [capacity,f,D], as which most keep it
     */
    default Shape cache(Shape slots) {
        return slots;
    }

    /**
     * Shape of what a pass has bound of it.
     *
     * @param slots [n,f,D] with {@link #boundSlots} slots
     */
    default Shape bound(CachePass pass, Shape slots) {
        return slots;
    }

    /** See {@link TransformerState#setAttentionBias}; nothing to those that have none. */
    default void setAttentionBias(double bias) {}

    /** Those of a kind of cache. */
    static PassInputs of(KeyCache kind, TensorPool pool, TransformerConfig config, LatentSize size, int capacity) {
        return switch (kind) {
            case ROTATED, UNROTATED, BANKED -> new RotaryInputs(pool, config, size, capacity);
            case BANKED_SPARSE -> new SparseBankInputs(pool, config, size, capacity);
            case BIASED -> new BiasedInputs(pool, config, size, capacity);
        };
    }
}
