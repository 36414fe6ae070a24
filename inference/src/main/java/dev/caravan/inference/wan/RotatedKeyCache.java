package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Linear;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Value;

/**
 * Keys are cached after their rotation, each frame in a slot (spec causal-wan.md §4.1, §4.2): LongLive, StreamDiffusionV2 and MemFlow,
 * whose {@link dev.caravan.inference.diffusion.MemoryBank} has all slots that are seen before the others.
 *
 * <pre>
 * tokens [S,D] -> q, norm, turn --------------------------------------------------> attention -> [S,D]
 *        |                                                                            ^  ^
 *        +-> frames to keep [W·f,D] -> k, norm, turn -> into slots of keys   [T,f,D] -+  |
 *                                  \-> v -------------> into slots of values [T,f,D] ----+
 * </pre>
 *
 * The caches are updated before anybody looks, so queries see what their own call wrote and all other slots bound. A recache that leaves
 * some frames' slots alone computes no keys for them; a call that keeps all its frames pays a copy of the tokens per block for that, less
 * than a hundredth of a block.
 */
final class RotatedKeyCache implements SelfAttention {

    static final String QUERY_COS = "query_cos";
    static final String QUERY_SIN = "query_sin";
    static final String KEY_COS = "key_cos";
    static final String KEY_SIN = "key_sin";

    private static final Dim SLOTS = Dim.named("attended_slots");

    private final Net net;
    private final Probe probe;
    private final CacheParts parts;
    private final CacheParts.Positions queryPositions;
    private final CacheParts.Positions keyPositions;

    RotatedKeyCache(Net net, TransformerConfig config, LatentSize size, Probe probe) {
        this.net = net;
        this.probe = probe;
        parts = new CacheParts(net, config, size);
        queryPositions = parts.positions(QUERY_COS, QUERY_SIN, "tokens");
        keyPositions = parts.positions(KEY_COS, KEY_SIN, "written_tokens");
    }

    @Override
    public Value attend(int layer, Value tokens) {
        Updated updated = update(layer, tokens);
        return parts.seen(CacheParts.path(layer), updated.queries(), updated.keys(), updated.values());
    }

    /**
     * What a call asks, and what it can see.
     *
     * @param queries [1,S,D], turned
     * @param keys    [slots,f,D], turned
     * @param values  as keys
     */
    record Updated(Value queries, Value keys, Value values) {}

    /** Puts what the call keeps into the caches. */
    Updated update(int layer, Value tokens) {
        String path = CacheParts.path(layer);
        Value q = parts.turned(path, "q", parts.normed(path, "q", tokens), queryPositions);
        Value kept = parts.kept(path, tokens);
        Value k = parts.turned(path, "k", parts.normed(path, "k", kept), keyPositions);
        probe.see(net, "k" + layer, k);
        Value keys = parts.keys(layer, k, SLOTS);
        return new Updated(q, keys, parts.values(layer, Linear.withBias(net, path + ".v", kept), SLOTS));
    }
}
