package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.KeyCache;
import dev.caravan.inference.tensor.DType;
import java.util.Optional;

/**
 * How a transformer is built.
 *
 * @param compute element type of activations and caches: F32 on the CPU, BF16 on CUDA
 * @param keys    how its streams keep the keys of past frames
 * @param wideAverages how many slots are averaged at a time whose averages are computed in F32 though slots are narrower; 0 to average
 *                     in the arithmetic of {@code compute}
 * @param vace    what makes hints of a context; without, its streams take none
 */
public record TransformerOptions(DType compute, KeyCache keys, int wideAverages, Optional<VaceModule> vace) {

    /** With caches that keep rotated keys, without VACE. */
    public static TransformerOptions of(DType compute) {
        return new TransformerOptions(compute, KeyCache.ROTATED, 0, Optional.empty());
    }

    public TransformerOptions withKeys(KeyCache kind) {
        return new TransformerOptions(compute, kind, wideAverages, vace);
    }

    public TransformerOptions withWideAverages(int slots) {
        return new TransformerOptions(compute, keys, slots, vace);
    }

    /** @param module that fits the transformer: {@link VaceModule#of} has checked it */
    public TransformerOptions withVace(VaceModule module) {
        return new TransformerOptions(compute, keys, wideAverages, Optional.of(module));
    }
}
