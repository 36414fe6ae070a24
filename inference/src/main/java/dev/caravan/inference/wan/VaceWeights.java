package dev.caravan.inference.wan;

import dev.caravan.inference.tensor.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The tensors a VACE module for a causal Wan transformer holds (spec vace.md §3). */
public final class VaceWeights {

    /** Inactive latents, reactive latents and mask planes. */
    static final int CHANNELS = 96;

    private VaceWeights() {}

    /**
     * Every name with its shape: 4 tensors and 29 per block.
     *
     * @param config of the transformer it belongs to
     * @param blocks of the module: 15 for the 1.3B model, 8 for the 14B
     */
    public static Map<String, Shape> required(TransformerConfig config, int blocks) {
        Map<String, Shape> names = new LinkedHashMap<>();
        int dim = config.dim();
        names.put("vace_patch_embedding.weight", Shape.of(dim, CHANNELS, 1, 2, 2));
        names.put("vace_patch_embedding.bias", Shape.of(dim));
        for (int i = 0; i < blocks; i++) {
            String path = "vace_blocks." + i;
            if (i == 0) {
                TransformerWeights.linear(names, path + ".before_proj", dim, dim);
            }
            TransformerWeights.block(names, path, config);
            TransformerWeights.linear(names, path + ".after_proj", dim, dim);
        }
        return Collections.unmodifiableMap(names);
    }
}
