package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.KeyCache;
import dev.caravan.inference.tensor.DType;
import java.util.Optional;

/**
 * How a transformer is built.
 *
 * @param compute element type of activations and caches: F32 on the CPU, BF16 on CUDA
 * @param keys    how its streams keep the keys of past frames
 * @param vace    what makes hints of a context; without, its streams take none
 */
public record TransformerOptions(DType compute, KeyCache keys, Optional<VaceModule> vace) {

    /** With caches that keep rotated keys, without VACE. */
    public static TransformerOptions of(DType compute) {
        return new TransformerOptions(compute, KeyCache.ROTATED, Optional.empty());
    }

    public TransformerOptions withKeys(KeyCache kind) {
        return new TransformerOptions(compute, kind, vace);
    }

    /** @param module that fits the transformer: {@link VaceModule#of} has checked it */
    public TransformerOptions withVace(VaceModule module) {
        return new TransformerOptions(compute, keys, Optional.of(module));
    }
}
