package dev.caravan.inference.wan.umt5;

import dev.caravan.inference.tensor.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tensors a checkpoint of a UMT5 encoder holds (spec text-encoder.md §3). */
public final class Umt5Weights {

    /** The linear layers of a block, which hold nearly all of its numbers. */
    static final List<String> LINEARS = List.of("attn.q", "attn.k", "attn.v", "attn.o", "ffn.gate.0", "ffn.fc1", "ffn.fc2");

    private Umt5Weights() {}

    /** Every name with its shape: 2 tensors and 10 per block, so 242 for UMT5-XXL. */
    public static Map<String, Shape> required(Umt5Config config) {
        Map<String, Shape> names = new LinkedHashMap<>();
        names.put("token_embedding.weight", Shape.of(config.vocab(), config.dim()));
        for (int layer = 0; layer < config.layers(); layer++) {
            block(names, "blocks." + layer, config);
        }
        names.put("norm.weight", Shape.of(config.dim()));
        return Collections.unmodifiableMap(names);
    }

    private static void block(Map<String, Shape> names, String path, Umt5Config config) {
        names.put(path + ".norm1.weight", Shape.of(config.dim()));
        for (String projection : List.of("q", "k", "v")) {
            names.put(path + ".attn." + projection + ".weight", Shape.of(config.dimAttn(), config.dim()));
        }
        names.put(path + ".attn.o.weight", Shape.of(config.dim(), config.dimAttn()));
        names.put(path + ".norm2.weight", Shape.of(config.dim()));
        names.put(path + ".ffn.gate.0.weight", Shape.of(config.dimFfn(), config.dim()));
        names.put(path + ".ffn.fc1.weight", Shape.of(config.dimFfn(), config.dim()));
        names.put(path + ".ffn.fc2.weight", Shape.of(config.dim(), config.dimFfn()));
        names.put(path + ".pos_embedding.embedding.weight", Shape.of(config.buckets(), config.heads()));
    }
}
