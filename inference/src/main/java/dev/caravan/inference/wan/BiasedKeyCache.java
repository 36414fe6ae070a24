package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Linear;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.DType;

/**
 * Keys are cached after their rotation, and scores of some are lowered (spec causal-wan.md §4.5): Krea.
 *
 * <pre>
 * tokens [S,D] -> q, norm, turn ---------------------------------> attention -> [S,D]
 *        |                                                          ^  ^  ^
 *        +------> k, norm, turn -> into rows of keys   [T,D] -------+  |  |
 *        +------> v -------------> into rows of values [T,D] ----------+  |
 * row of biases [1,1,1,T] + zeros [1,1,S,1] = [1,1,S,T], once for all blocks
 * </pre>
 *
 * A cache is rows of one token each, so that what is bound of it may end in the middle of a slot: rows behind those of frames are zeros,
 * and are the phantom keys. A pass that lowers nothing runs with biases of zero and sees no row more than it has frames for: one session
 * serves both, as the weights are on the device once. What that costs is the flash kernel, which takes no bias.
 */
final class BiasedKeyCache implements SelfAttention {

    static final String COS = "rotary_cos";
    static final String SIN = "rotary_sin";
    static final String WRITTEN_ROWS = "written_rows";
    static final String KEY_BIAS = "key_bias";
    static final String QUERY_ZEROS = "query_zeros";

    private static final Dim TOKENS = Dim.named("tokens");
    private static final Dim ROWS = Dim.named("key_rows");
    private static final Dim ONE = Dim.of(1);

    private final Net net;
    private final TransformerConfig config;
    private final Probe probe;
    private final CacheParts parts;
    private final CacheParts.Positions positions;
    private final Value writtenRows;
    private final Value bias;

    BiasedKeyCache(Net net, TransformerConfig config, LatentSize size, Probe probe) {
        this.net = net;
        this.config = config;
        this.probe = probe;
        parts = new CacheParts(net, config, size);
        positions = parts.positions(COS, SIN, "tokens");
        writtenRows = net.input(WRITTEN_ROWS, DType.I64, TOKENS, ONE);
        // The operator wants a number for each query and key: a sum makes them of a row, where repeating it would ask for a shape.
        bias = net.add("attention_bias", narrow(KEY_BIAS, ONE, ONE, ONE, ROWS), narrow(QUERY_ZEROS, ONE, ONE, TOKENS, ONE));
    }

    /** An input in the computed type, to which the reference rounds the logarithm of its bias, too. */
    private Value narrow(String name, Dim... shape) {
        return net.cast(name + ".narrow", net.input(name, DType.F32, shape), net.compute());
    }

    @Override
    public Value attend(int layer, Value tokens) {
        String path = CacheParts.path(layer);
        Value q = parts.turned(path, "q", parts.normed(path, "q", tokens), positions);
        Value k = parts.turned(path, "k", parts.normed(path, "k", tokens), positions);
        probe.see(net, "k" + layer, k);
        Value keys = update(CacheParts.KEYS.formatted(layer), CacheParts.KEYS_UPDATED.formatted(layer),
                net.reshape(path + ".k_rows", k, -1, config.dim()));
        Value values = update(CacheParts.VALUES.formatted(layer), CacheParts.VALUES_UPDATED.formatted(layer),
                Linear.withBias(net, path + ".v", tokens));
        return parts.biased(path, q, keys, values, bias);
    }

    private Value update(String name, String updatedName, Value rows) {
        Dim[] shape = {ROWS, Dim.of(config.dim())};
        Value updated = net.scatter(updatedName, net.input(name, rows.dtype(), shape), writtenRows, rows);
        net.graph().output(updatedName, updated, shape);
        return updated;
    }
}
