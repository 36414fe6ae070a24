package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Linear;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Value;

/**
 * Keys are cached before their rotation and all that are seen are turned in each pass, so that a frame's position may change (spec
 * causal-wan.md §4.3): Reward Forcing.
 *
 * <pre>
 * tokens [S,D] -> q, norm, turn ---------------------------------------------------------> attention -> [S,D]
 *        |                                                                                   ^  ^
 *        +-> frames to keep [W·f,D] -> k, norm -> into slots of keys   [T,f,D] -> turn ------+  |
 *                                  \-> v ------> into slots of values [T,f,D] ------------------+
 * </pre>
 */
final class UnrotatedKeyCache implements SelfAttention {

    private static final Dim SLOTS = Dim.named("attended_slots");

    private final Net net;
    private final Probe probe;
    private final CacheParts parts;
    private final CacheParts.Positions queryPositions;
    private final CacheParts.Positions seenPositions;

    UnrotatedKeyCache(Net net, TransformerConfig config, LatentSize size, Probe probe) {
        this.net = net;
        this.probe = probe;
        parts = new CacheParts(net, config, size);
        queryPositions = parts.positions(RotatedKeyCache.QUERY_COS, RotatedKeyCache.QUERY_SIN, "tokens");
        seenPositions = parts.positions(RotatedKeyCache.KEY_COS, RotatedKeyCache.KEY_SIN, "attended_tokens");
    }

    @Override
    public Value attend(int layer, Value tokens) {
        String path = CacheParts.path(layer);
        Value q = parts.turned(path, "q", parts.normed(path, "q", tokens), queryPositions);
        Value kept = parts.kept(path, tokens);
        Value keys = parts.keys(layer, parts.normed(path, "k", kept), SLOTS);
        Value values = parts.values(layer, Linear.withBias(net, path + ".v", kept), SLOTS);
        Value k = parts.turned(path, "k", keys, seenPositions);
        probe.see(net, "seen_k" + layer, k);
        return parts.seen(path, q, k, values);
    }
}
