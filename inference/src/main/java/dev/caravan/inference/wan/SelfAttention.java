package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.KeyCache;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.onnx.Value;

/**
 * How the tokens of a call see each other and those of earlier calls: one kind per way of keeping keys and values. One is made per graph
 * and declares the inputs and outputs it wants: what all blocks share when it is made, the caches of a block when that is built.
 */
interface SelfAttention {

    /**
     * Adds the attention of one block, from the projections of queries, keys and values up to the heads' results.
     *
     * @param tokens [S,D], normalised and modulated
     * @return [S,D], before the output projection
     */
    Value attend(int layer, Value tokens);

    /** That of a kind of cache. */
    static SelfAttention of(KeyCache kind, Net net, TransformerConfig config, LatentSize size, Probe probe) {
        return switch (kind) {
            case ROTATED, BANKED -> new RotatedKeyCache(net, config, size, probe);
            case UNROTATED -> new UnrotatedKeyCache(net, config, size, probe);
            case BANKED_SPARSE -> new SparseBankKeyCache(net, config, size, probe);
            case BIASED -> new BiasedKeyCache(net, config, size, probe);
        };
    }
}
