package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.KeyCache;
import dev.caravan.inference.nn.Adapter;
import dev.caravan.inference.tensor.DType;
import java.util.List;

/**
 * How a transformer is built.
 *
 * @param compute  element type of activations and caches: F32 on the CPU, BF16 on CUDA
 * @param keys     how its streams keep the keys of past frames
 * @param adapters what is added to its layers while it runs, each with a strength that every stream may change
 */
public record TransformerOptions(DType compute, KeyCache keys, List<Adapter> adapters) {

    public TransformerOptions {
        adapters = List.copyOf(adapters);
    }

    /** With caches that keep rotated keys. */
    public static TransformerOptions of(DType compute) {
        return new TransformerOptions(compute, KeyCache.ROTATED, List.of());
    }

    public TransformerOptions withKeys(KeyCache kind) {
        return new TransformerOptions(compute, kind, adapters);
    }

    /**
     * Adding these while it runs.
     *
     * @param others of layers the network has and in their shapes; on CUDA in the computed type
     */
    public TransformerOptions withAdapters(List<Adapter> others) {
        return new TransformerOptions(compute, keys, others);
    }
}
