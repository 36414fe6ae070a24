package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.KeyCache;
import dev.caravan.inference.ort.Binding;

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

    /** Those of a kind of cache. */
    static PassInputs of(KeyCache kind, TensorPool pool, TransformerConfig config, LatentSize size, int capacity) {
        return switch (kind) {
            case ROTATED, UNROTATED, BANKED -> new PassTensors(pool, config, size, capacity);
            case BANKED_SPARSE -> new SparseBankInputs(pool, config, size, capacity);
            case BIASED -> throw new UnsupportedOperationException(kind + " caches");
        };
    }
}
