package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Attention;
import dev.caravan.inference.nn.Linear;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Norms;
import dev.caravan.inference.nn.Rotary;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.DType;

/** What every {@link SelfAttention} builds alike, and the names by which all of them call the caches and what is written into them. */
final class CacheParts {

    /** Inputs and outputs by name; {@code %d} is the block. */
    static final String KEYS = "cache_k.%d";
    static final String KEYS_UPDATED = "cache_k.%d.updated";
    static final String VALUES = "cache_v.%d";
    static final String VALUES_UPDATED = "cache_v.%d.updated";
    static final String WRITTEN_FRAMES = "written_frames";
    static final String WRITTEN_SLOTS = "written_slots";

    private final Net net;
    private final TransformerConfig config;
    private final int tokensPerFrame;

    CacheParts(Net net, TransformerConfig config, LatentSize size) {
        this.net = net;
        this.config = config;
        this.tokensPerFrame = size.tokens();
    }

    /** The tokens of those frames of a call that are kept: {@code [S,D] -> [W·f,D]}. */
    Value kept(String path, Value tokens) {
        Value kept = net.gather(path + ".kept", frames(path + ".frames", tokens), writtenFrames());
        return net.reshape(path + ".kept_tokens", kept, -1, config.dim());
    }

    /** Queries or keys, projected and normalised over the whole width: {@code [n,D] -> [n,D]}. */
    Value normed(String path, String projection, Value x) {
        Value projected = Linear.withBias(net, path + "." + projection, x);
        String norm = path + ".norm_" + projection;
        return Norms.rms(net, norm, projected, net.weight(norm + ".weight"), config.eps());
    }

    /** Tables that say where tokens are: {@code [n,d/2]}, a row per token. */
    record Positions(Value cos, Value sin) {}

    /** Declares the inputs of such tables; {@code tokens} names how many rows they have. */
    Positions positions(String cos, String sin, String tokens) {
        Dim[] shape = {Dim.named(tokens), Dim.of(config.headDim() / 2)};
        return new Positions(net.input(cos, DType.F32, shape), net.input(sin, DType.F32, shape));
    }

    /** Turned by where its tokens are: {@code [n,D] -> [1,n,D]}. */
    Value turned(String path, String projection, Value x, Positions at) {
        return Rotary.interleaved(net, path + ".rope_" + projection, sequence(path + "." + projection + "_sequence", x), at.cos(), at.sin(),
                config.heads());
    }

    /** The attention itself: queries {@code [1,S,D]} to keys and values of which each D numbers are a token {@code -> [S,D]}. */
    Value seen(String path, Value queries, Value keys, Value values) {
        Value seen = Attention.full(net, path, queries, sequence(path + ".keys", keys), sequence(path + ".values", values),
                config.heads(), scale());
        return net.reshape(path + ".joined", seen, -1, config.dim());
    }

    /** As {@link #seen} with something added to the scores. */
    Value biased(String path, Value queries, Value keys, Value values, Value bias) {
        Value seen = Attention.biased(net, path, queries, sequence(path + ".keys", keys), sequence(path + ".values", values), bias,
                config.heads(), scale());
        return net.reshape(path + ".joined", seen, -1, config.dim());
    }

    private double scale() {
        return 1 / Math.sqrt(config.headDim());
    }

    /** Of the self-attention of a block. */
    static String path(int layer) {
        return "blocks." + layer + ".self_attn";
    }

    /** Puts tokens {@code [W·f,D]} of the frames kept into their slots of a block's keys. The result {@code [slots,f,D]} is an output. */
    Value keys(int layer, Value tokens, Dim slots) {
        return update(KEYS.formatted(layer), KEYS_UPDATED.formatted(layer), frames(path(layer) + ".k_frames", tokens), slots);
    }

    /** As {@link #keys} with its values. */
    Value values(int layer, Value tokens, Dim slots) {
        return update(
                VALUES.formatted(layer), VALUES_UPDATED.formatted(layer), frames(path(layer) + ".v_frames", tokens), slots);
    }

    private Value update(String name, String updatedName, Value frames, Dim slots) {
        Dim[] shape = {slots, Dim.of(tokensPerFrame), Dim.of(config.dim())};
        Value updated = net.scatter(updatedName, net.input(name, frames.dtype(), shape), writtenSlots(), frames);
        net.graph().output(updatedName, updated, shape);
        return updated;
    }

    /** Declared for those that want it. */
    private Value writtenFrames() {
        return net.graph().memo(WRITTEN_FRAMES, () -> net.input(WRITTEN_FRAMES, DType.I64, Dim.named("written_frames")));
    }

    /** As {@link #writtenFrames}. */
    private Value writtenSlots() {
        return net.graph().memo(WRITTEN_SLOTS, () -> net.input(WRITTEN_SLOTS, DType.I64, Dim.named("written_frames"), Dim.of(1)));
    }

    private Value frames(String path, Value x) {
        return net.reshape(path, x, -1, tokensPerFrame, config.dim());
    }

    private Value sequence(String path, Value x) {
        return net.reshape(path, x, 1, -1, config.dim());
    }
}
