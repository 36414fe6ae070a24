package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.KeyCache;
import dev.caravan.inference.tensor.DType;

/**
 * How a transformer is built.
 *
 * @param compute element type of activations and caches: F32 on the CPU, BF16 on CUDA
 * @param keys    how its streams keep the keys of past frames
 * @param wideAverages how many slots are averaged at a time whose averages are computed in F32 though slots are narrower; 0 to average
 *                     in the arithmetic of {@code compute}
 */
public record TransformerOptions(DType compute, KeyCache keys, int wideAverages) {

    /** With caches that keep rotated keys. */
    public static TransformerOptions of(DType compute) {
        return new TransformerOptions(compute, KeyCache.ROTATED, 0);
    }

    public TransformerOptions withKeys(KeyCache kind) {
        return new TransformerOptions(compute, kind, wideAverages);
    }

    public TransformerOptions withWideAverages(int slots) {
        return new TransformerOptions(compute, keys, slots);
    }
}
