package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Attention;
import dev.caravan.inference.nn.Linear;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Norms;
import dev.caravan.inference.nn.Rotary;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.DType;

/**
 * Keys are cached after their rotation, each frame in a slot (spec causal-wan.md §4.1, §4.2): LongLive, StreamDiffusionV2 and MemFlow.
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

    /** Inputs and outputs by name; {@code %d} is the block. */
    static final String QUERY_COS = "query_cos";
    static final String QUERY_SIN = "query_sin";
    static final String KEY_COS = "key_cos";
    static final String KEY_SIN = "key_sin";
    static final String WRITTEN_FRAMES = "written_frames";
    static final String WRITTEN_SLOTS = "written_slots";
    static final String KEYS = "cache_k.%d";
    static final String KEYS_UPDATED = "cache_k.%d.updated";
    static final String VALUES = "cache_v.%d";
    static final String VALUES_UPDATED = "cache_v.%d.updated";

    private static final Dim SLOTS = Dim.named("attended_slots");

    private final Net net;
    private final TransformerConfig config;
    private final int tokensPerFrame;
    private final Probe probe;
    private final Value queryCos;
    private final Value querySin;
    private final Value keyCos;
    private final Value keySin;
    private final Value writtenFrames;
    private final Value writtenSlots;

    RotatedKeyCache(Net net, TransformerConfig config, LatentSize size, Probe probe) {
        this.net = net;
        this.config = config;
        this.tokensPerFrame = size.tokens();
        this.probe = probe;
        Dim pairs = Dim.of(config.headDim() / 2);
        Dim written = Dim.named("written_frames");
        queryCos = net.input(QUERY_COS, DType.F32, Dim.named("tokens"), pairs);
        querySin = net.input(QUERY_SIN, DType.F32, Dim.named("tokens"), pairs);
        keyCos = net.input(KEY_COS, DType.F32, Dim.named("written_tokens"), pairs);
        keySin = net.input(KEY_SIN, DType.F32, Dim.named("written_tokens"), pairs);
        writtenFrames = net.input(WRITTEN_FRAMES, DType.I64, written);
        writtenSlots = net.input(WRITTEN_SLOTS, DType.I64, written, Dim.of(1));
    }

    @Override
    public Value attend(int layer, Value tokens) {
        String path = "blocks." + layer + ".self_attn";
        Value q = turned(path, "q", tokens, queryCos, querySin);
        Value kept = net.gather(path + ".kept", frames(path + ".frames", tokens), writtenFrames);
        kept = net.reshape(path + ".kept_tokens", kept, -1, config.dim());
        Value k = turned(path, "k", kept, keyCos, keySin);
        probe.see(net, "k" + layer, k);
        Value v = Linear.withBias(net, path + ".v", kept);
        Value keys = cache(KEYS.formatted(layer), KEYS_UPDATED.formatted(layer), frames(path + ".k_frames", k));
        Value values = cache(VALUES.formatted(layer), VALUES_UPDATED.formatted(layer), frames(path + ".v_frames", v));
        Value seen = Attention.full(net, path, q, sequence(path + ".keys", keys), sequence(path + ".values", values),
                config.heads(), 1 / Math.sqrt(config.headDim()));
        return net.reshape(path + ".joined", seen, -1, config.dim());
    }

    /** Projected, normalised over the whole width and turned: [n,D] to [1,n,D]. */
    private Value turned(String path, String projection, Value x, Value cos, Value sin) {
        Value projected = Linear.withBias(net, path + "." + projection, x);
        String norm = path + ".norm_" + projection;
        Value normed = Norms.rms(net, norm, projected, net.weight(norm + ".weight"), config.eps());
        return Rotary.interleaved(net, path + ".rope_" + projection, sequence(path + "." + projection + "_sequence", normed), cos, sin,
                config.heads());
    }

    /** Puts frames [W,f,D] into their slots; the result is an output. */
    private Value cache(String name, String updatedName, Value frames) {
        Dim[] shape = {SLOTS, Dim.of(tokensPerFrame), Dim.of(config.dim())};
        Value updated = net.scatter(updatedName, net.input(name, frames.dtype(), shape), writtenSlots, frames);
        net.graph().output(updatedName, updated, shape);
        return updated;
    }

    private Value frames(String path, Value x) {
        return net.reshape(path, x, -1, tokensPerFrame, config.dim());
    }

    private Value sequence(String path, Value x) {
        return net.reshape(path, x, 1, -1, config.dim());
    }
}
