package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Activations;
import dev.caravan.inference.nn.Attention;
import dev.caravan.inference.nn.Linear;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Norms;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.List;

/**
 * The causal Wan transformer as two models (spec causal-wan.md §3, §7.1). {@code text} turns a prompt into the keys and values that every
 * block's cross-attention sees, once per prompt. {@code step} does one pass over some latent frames: denoise step, clean pass and recache
 * alike, so that its weights are on the device once.
 *
 * <p>Sizes of pictures are numbers in the graph; frames of a call, slots seen and frames kept are known when tensors are bound. No node
 * computes a shape. Latents are fp32 on every device: they are small, and the autoencoder beside may compute in another type.
 */
final class TransformerGraph {

    /** Inputs and outputs of both models by name; {@code %d} is the block. */
    static final String PROMPT = "prompt";
    static final String TEXT_KEYS = "text_k.%d";
    static final String TEXT_VALUES = "text_v.%d";
    static final String LATENTS = "latents";
    static final String SINUSOID = "sinusoid";
    static final String SIGMA = "sigma";
    static final String NEXT_SIGMA = "next_sigma";
    static final String NOISE = "noise";
    static final String FLOW = "flow";
    static final String CLEAN = "x0";
    static final String NEXT = "next";

    private final Net net;
    private final TransformerConfig config;
    private final Probe probe;

    private TransformerGraph(Net net, TransformerConfig config, Probe probe) {
        this.net = net;
        this.config = config;
        this.probe = probe;
    }

    /** {@code prompt [textLen,textDim] -> text_k.l, text_v.l [textLen,D]} of each block l (§3 step 3, §5). */
    static OnnxModel text(Weights weights, TransformerConfig config, TransformerOptions options, Provider provider, Probe probe) {
        Net net = new Net(new Graph("wan.transformer.text"), weights, options.compute(), provider, options.adapters());
        new TransformerGraph(net, config, probe).text();
        return net.build();
    }

    /**
     * {@code latents [F,16,h,w] -> flow}, clean latents {@code x0} and re-noised latents {@code next}, all alike. {@code sinusoid}
     * is that of the timestep, {@code sigma [1]} belongs to it, {@code next_sigma [1]} and {@code noise} are for {@code next}. What
     * the self-attention wants besides is said by the kind of {@link SelfAttention}.
     */
    static OnnxModel step(
            Weights weights, TransformerConfig config, LatentSize size, TransformerOptions options, Provider provider, Probe probe) {
        Net net = new Net(new Graph("wan.transformer.step"), weights, options.compute(), provider, options.adapters());
        new TransformerGraph(net, config, probe).step(size, SelfAttention.of(options.keys(), net, config, size, probe));
        return net.build();
    }

    private void text() {
        Value prompt = net.input(PROMPT, net.compute(), Dim.of(config.textLen(), config.textDim()));
        // Padding rows are zeros and are seen like all others: there is no mask.
        Value text = mlp("text_embedding.0", "text_embedding.2", prompt);
        probe.see(net, "text", text);
        for (int layer = 0; layer < config.layers(); layer++) {
            String path = "blocks." + layer + ".cross_attn";
            Value k = Linear.withBias(net, path + ".k", text);
            k = Norms.rms(net, path + ".norm_k", k, net.weight(path + ".norm_k.weight"), config.eps());
            Value v = Linear.withBias(net, path + ".v", text);
            net.graph().output(TEXT_KEYS.formatted(layer), k, Dim.of(config.textLen(), config.dim()));
            net.graph().output(TEXT_VALUES.formatted(layer), v, Dim.of(config.textLen(), config.dim()));
        }
    }

    private void step(LatentSize size, SelfAttention attention) {
        Dim[] latentsShape = {
            Dim.named("frames"), Dim.of(TransformerConfig.CHANNELS), Dim.of(size.height()), Dim.of(size.width())
        };
        Value latents = net.input(LATENTS, DType.F32, latentsShape);
        Value time = timeEmbedding();
        Value timeOfBlocks = Linear.withBias(net, "time_projection.1", Activations.silu(net, "time_projection.0", time));
        probe.see(net, "E", timeOfBlocks);
        timeOfBlocks = net.reshape("time_projection.rows", timeOfBlocks, -1);
        Value tokens = patches(latents, size);
        probe.see(net, "patch", tokens);
        ResidualStream residual = new ResidualStream(net, config.eps(), tokens);
        for (int layer = 0; layer < config.layers(); layer++) {
            block(layer, residual, timeOfBlocks, attention);
        }
        Value flow = net.cast("flow.f32", frames(head(residual, time), size), DType.F32);
        net.graph().output(FLOW, flow, latentsShape);
        Value clean = net.sub("x0", latents, net.mul("x0.noise", net.input(SIGMA, DType.F32, Dim.of(1)), flow));
        net.graph().output(CLEAN, clean, latentsShape);
        Value nextSigma = net.input(NEXT_SIGMA, DType.F32, Dim.of(1));
        Value kept = net.mul("next.kept", net.sub("next.share", net.constant("one.f32", DType.F32, Shape.of(1), 1), nextSigma), clean);
        Value added = net.mul("next.added", nextSigma, net.input(NOISE, DType.F32, latentsShape));
        net.graph().output(NEXT, net.add("next", kept, added), latentsShape);
    }

    /** [1,D]: e of the spec. */
    private Value timeEmbedding() {
        Value sinusoid = net.input(SINUSOID, net.compute(), Dim.of(1, config.freqDim()));
        Value inner = Activations.silu(net, "time_embedding.1", Linear.withBias(net, "time_embedding.0", sinusoid));
        Value time = Linear.withBias(net, "time_embedding.2", inner);
        probe.see(net, "e", time);
        return time;
    }

    /**
     * {@code [F,16,h,w] -> [F·f,D]}, tokens by frame, row and column. A convolution whose kernel is its stride is a product with each
     * patch's numbers in the order channel, dy, dx.
     */
    private Value patches(Value latents, LatentSize size) {
        Value x = net.cast("latents.narrow", latents, net.compute());
        x = net.reshape("patches.split", x, -1, TransformerConfig.CHANNELS, size.rows(), 2, size.columns(), 2);
        x = net.transpose("patches", x, 0, 2, 4, 1, 3, 5);
        x = net.reshape("patches.tokens", x, -1, TransformerConfig.PATCH);
        return Linear.of(net, "patch_embedding", x,
                net.weight("patch_embedding.weight", Shape.of(config.dim(), TransformerConfig.PATCH)), net.weight("patch_embedding.bias"));
    }

    /** {@code [F·f,64] -> [F,16,h,w]}. Other than that of a patch before, the order of a token's numbers here is dy, dx, channel. */
    private Value frames(Value tokens, LatentSize size) {
        Value x = net.reshape("unpatchify.split", tokens, -1, size.rows(), size.columns(), 2, 2, TransformerConfig.CHANNELS);
        x = net.transpose("unpatchify", x, 0, 5, 1, 3, 2, 4);
        return net.reshape("unpatchify.frames", x, -1, TransformerConfig.CHANNELS, size.height(), size.width());
    }

    private void block(int layer, ResidualStream residual, Value time, SelfAttention attention) {
        String path = "blocks." + layer;
        List<Value> modulation = modulation(path, path + ".modulation", time, 6);
        Value x = residual.normed(path + ".norm1", scale(path + ".norm1", modulation.get(1)), modulation.get(0));
        if (layer > 0) {
            probe.see(net, "block" + (layer - 1), residual.sum());
        }
        x = Linear.withBias(net, path + ".self_attn.o", attention.attend(layer, x));
        residual.add(net.mul(path + ".self_attn.gate", x, modulation.get(2)), Value.NONE);
        x = residual.normed(path + ".norm3", net.weight(path + ".norm3.weight"), net.weight(path + ".norm3.bias"));
        x = Linear.withoutBias(net, path + ".cross_attn.o", crossAttention(layer, x));
        residual.add(x, net.weight(path + ".cross_attn.o.bias"));
        x = residual.normed(path + ".norm2", scale(path + ".norm2", modulation.get(4)), modulation.get(3));
        x = mlp(path + ".ffn.0", path + ".ffn.2", x);
        residual.add(net.mul(path + ".ffn.gate", x, modulation.get(5)), Value.NONE);
    }

    /** {@code [S,D] -> [S,D]}, before the output projection. */
    private Value crossAttention(int layer, Value x) {
        String path = "blocks." + layer + ".cross_attn";
        Dim[] shape = Dim.of(1, config.textLen(), config.dim());
        Value q = Linear.withBias(net, path + ".q", x);
        q = Norms.rms(net, path + ".norm_q", q, net.weight(path + ".norm_q.weight"), config.eps());
        Value seen = Attention.full(net, path, net.reshape(path + ".q_sequence", q, 1, -1, config.dim()),
                net.input(TEXT_KEYS.formatted(layer), net.compute(), shape), net.input(TEXT_VALUES.formatted(layer), net.compute(), shape),
                config.heads(), 1 / Math.sqrt(config.headDim()));
        return net.reshape(path + ".joined", seen, -1, config.dim());
    }

    private Value head(ResidualStream residual, Value time) {
        Value row = net.reshape("head.time", time, -1);
        List<Value> modulation = modulation("head", "head.modulation", net.concat("head.time_rows", 0, row, row), 2);
        Value x = residual.normed("head.norm", scale("head.norm", modulation.get(1)), modulation.get(0));
        probe.see(net, "block" + (config.layers() - 1), residual.sum());
        Value tokens = Linear.withBias(net, "head.head", x);
        probe.see(net, "head", tokens);
        return tokens;
    }

    /** Learned rows plus those of the timestep, [D] each. */
    private List<Value> modulation(String path, String weight, Value time, int rows) {
        Value learned = net.weight(weight, Shape.of((long) rows * config.dim()));
        return net.split(path + ".modulation_rows", net.add(path + ".modulated", learned, time), 0, rows);
    }

    /** A modulation's row tells by how much a norm's scale differs from 1. */
    private Value scale(String path, Value row) {
        return net.add(path + ".scale", net.constant("one", Shape.of(1), 1), row);
    }

    private Value mlp(String in, String out, Value x) {
        Value inner = Activations.geluOfSum(net, in + ".gelu", Linear.withoutBias(net, in, x), net.weight(in + ".bias"));
        return Linear.withBias(net, out, inner);
    }
}
