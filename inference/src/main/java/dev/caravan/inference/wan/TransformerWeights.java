package dev.caravan.inference.wan;

import dev.caravan.inference.tensor.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tensors a checkpoint of a causal Wan transformer holds (spec causal-wan.md §2). */
public final class TransformerWeights {

    private TransformerWeights() {}

    /** Every name with its shape: 15 tensors and 27 per block, so 825 for the 1.3B model and 1095 for the 14B. */
    public static Map<String, Shape> required(TransformerConfig config) {
        Map<String, Shape> names = new LinkedHashMap<>();
        int dim = config.dim();
        names.put("patch_embedding.weight", Shape.of(dim, TransformerConfig.CHANNELS, 1, 2, 2));
        names.put("patch_embedding.bias", Shape.of(dim));
        linear(names, "text_embedding.0", config.textDim(), dim);
        linear(names, "text_embedding.2", dim, dim);
        linear(names, "time_embedding.0", config.freqDim(), dim);
        linear(names, "time_embedding.2", dim, dim);
        linear(names, "time_projection.1", dim, 6 * dim);
        for (int layer = 0; layer < config.layers(); layer++) {
            block(names, "blocks." + layer, config);
        }
        names.put("head.modulation", Shape.of(1, 2, dim));
        linear(names, "head.head", dim, TransformerConfig.PATCH);
        return Collections.unmodifiableMap(names);
    }

    static void block(Map<String, Shape> names, String path, TransformerConfig config) {
        int dim = config.dim();
        names.put(path + ".modulation", Shape.of(1, 6, dim));
        for (String attention : List.of(path + ".self_attn", path + ".cross_attn")) {
            for (String projection : List.of("q", "k", "v", "o")) {
                linear(names, attention + "." + projection, dim, dim);
            }
            names.put(attention + ".norm_q.weight", Shape.of(dim));
            names.put(attention + ".norm_k.weight", Shape.of(dim));
        }
        names.put(path + ".norm3.weight", Shape.of(dim));
        names.put(path + ".norm3.bias", Shape.of(dim));
        linear(names, path + ".ffn.0", dim, config.ffnDim());
        linear(names, path + ".ffn.2", config.ffnDim(), dim);
    }

    static void linear(Map<String, Shape> names, String path, int in, int out) {
        names.put(path + ".weight", Shape.of(out, in));
        names.put(path + ".bias", Shape.of(out));
    }
}
