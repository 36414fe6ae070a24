package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.KeyCache;
import dev.caravan.inference.nn.Adapter;
import dev.caravan.inference.tensor.DType;
import java.util.List;
import java.util.Optional;

/**
 * How a transformer is built.
 *
 * @param compute      element type of activations and caches: F32 on the CPU, BF16 on CUDA
 * @param keys         how its streams keep the keys of past frames
 * @param wideAverages how many slots are averaged at a time whose averages are computed in F32 though slots are narrower; 0 to average
 *                     in the arithmetic of {@code compute}
 * @param vace         what makes hints of a context; without, its streams take none
 * @param adapters     what is added to its layers while it runs, each with a strength that every stream may change
 */
public record TransformerOptions(
        DType compute, KeyCache keys, int wideAverages, Optional<VaceModule> vace, List<Adapter> adapters) {

    public TransformerOptions {
        adapters = List.copyOf(adapters);
    }

    /** With caches that keep rotated keys, without VACE. */
    public static TransformerOptions of(DType compute) {
        return new TransformerOptions(compute, KeyCache.ROTATED, 0, Optional.empty(), List.of());
    }

    public TransformerOptions withKeys(KeyCache kind) {
        return new TransformerOptions(compute, kind, wideAverages, vace, adapters);
    }

    public TransformerOptions withWideAverages(int slots) {
        return new TransformerOptions(compute, keys, slots, vace, adapters);
    }

    /** @param module that fits the transformer: {@link VaceModule#of} has checked it */
    public TransformerOptions withVace(VaceModule module) {
        return new TransformerOptions(compute, keys, wideAverages, Optional.of(module), adapters);
    }

    /**
     * Adding these while it runs.
     *
     * @param others of layers the network has and in their shapes; on CUDA in the computed type
     */
    public TransformerOptions withAdapters(List<Adapter> others) {
        return new TransformerOptions(compute, keys, wideAverages, vace, others);
    }
}
