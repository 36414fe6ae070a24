package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.KeyCache;
import dev.caravan.inference.tensor.DType;

/**
 * How a transformer is built.
 *
 * @param compute element type of activations and caches: F32 on the CPU, BF16 on CUDA
 * @param keys    how its streams keep the keys of past frames
 */
public record TransformerOptions(DType compute, KeyCache keys) {

    /** With caches that keep rotated keys. */
    public static TransformerOptions of(DType compute) {
        return new TransformerOptions(compute, KeyCache.ROTATED);
    }

    public TransformerOptions withKeys(KeyCache kind) {
        return new TransformerOptions(compute, kind);
    }
}
