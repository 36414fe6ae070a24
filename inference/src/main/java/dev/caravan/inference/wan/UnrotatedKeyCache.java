package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Attention;
import dev.caravan.inference.nn.Linear;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.DType;

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
    private final TransformerConfig config;
    private final Probe probe;
    private final CacheParts parts;
    private final Value queryCos;
    private final Value querySin;
    private final Value keyCos;
    private final Value keySin;

    UnrotatedKeyCache(Net net, TransformerConfig config, LatentSize size, Probe probe) {
        this.net = net;
        this.config = config;
        this.probe = probe;
        Dim pairs = Dim.of(config.headDim() / 2);
        queryCos = net.input(RotatedKeyCache.QUERY_COS, DType.F32, Dim.named("tokens"), pairs);
        querySin = net.input(RotatedKeyCache.QUERY_SIN, DType.F32, Dim.named("tokens"), pairs);
        keyCos = net.input(RotatedKeyCache.KEY_COS, DType.F32, Dim.named("attended_tokens"), pairs);
        keySin = net.input(RotatedKeyCache.KEY_SIN, DType.F32, Dim.named("attended_tokens"), pairs);
        parts = new CacheParts(net, config, size);
    }

    @Override
    public Value attend(int layer, Value tokens) {
        String path = "blocks." + layer + ".self_attn";
        Value q = parts.turned(path, "q", parts.normed(path, "q", tokens), queryCos, querySin);
        Value kept = parts.kept(path, tokens);
        Value keys = parts.keys(layer, parts.normed(path, "k", kept), SLOTS);
        Value values = parts.values(layer, Linear.withBias(net, path + ".v", kept), SLOTS);
        Value k = parts.turned(path, "k", keys, keyCos, keySin);
        probe.see(net, "seen_k" + layer, k);
        Value seen = Attention.full(
                net, path, q, k, parts.sequence(path + ".values", values), config.heads(), 1 / Math.sqrt(config.headDim()));
        return net.reshape(path + ".joined", seen, -1, config.dim());
    }
}
