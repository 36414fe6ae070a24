package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Linear;
import dev.caravan.inference.nn.Net;
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
    static final String TEXT = "text";
    static final String TEXT_KEYS = "text_k.%d";
    static final String TEXT_VALUES = "text_v.%d";
    static final String HINT = "hint.%d";
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
    private final TransformerLayers layers;

    private TransformerGraph(Net net, TransformerConfig config, Probe probe) {
        this.net = net;
        this.config = config;
        this.probe = probe;
        this.layers = new TransformerLayers(net, config, probe);
    }

    /**
     * {@code prompt [textLen,textDim] -> text_k.l, text_v.l [textLen,D]} of each block l (§3 step 3, §5). With VACE also {@code text
     * [textLen,D]}, of which its blocks make theirs.
     */
    static OnnxModel text(Weights weights, TransformerConfig config, TransformerOptions options, Provider provider, Probe probe) {
        Net net = new Net(new Graph("wan.transformer.text"), weights, options.compute(), provider, options.adapters());
        new TransformerGraph(net, config, probe).text(options.vace().isPresent());
        return net.build();
    }

    /**
     * {@code latents [F,16,h,w] -> flow}, clean latents {@code x0} and re-noised latents {@code next}, all alike. {@code sinusoid}
     * is that of the timestep, {@code sigma [1]} belongs to it, {@code next_sigma [1]} and {@code noise} are for {@code next}. What
     * the self-attention wants besides is said by the kind of {@link SelfAttention}. With VACE {@code hint.l [S,D]} is added behind
     * block l, for each block that gets one: hints of a step, times their scale, or one row of zeros for all tokens.
     */
    static OnnxModel step(
            Weights weights, TransformerConfig config, LatentSize size, TransformerOptions options, Provider provider, Probe probe) {
        Net net = new Net(new Graph("wan.transformer.step"), weights, options.compute(), provider, options.adapters());
        List<Integer> hinted = options.vace().map(VaceModule::layers).orElse(List.of());
        new TransformerGraph(net, config, probe).step(size, SelfAttention.of(options.keys(), net, config, size, probe), hinted);
        return net.build();
    }

    private void text(boolean vace) {
        Value prompt = net.input(PROMPT, net.compute(), Dim.of(config.textLen(), config.textDim()));
        // Padding rows are zeros and are seen like all others: there is no mask.
        Value text = layers.mlp("text_embedding.0", "text_embedding.2", prompt);
        if (vace) {
            net.graph().output(TEXT, text, Dim.of(config.textLen(), config.dim()));
        } else {
            probe.see(net, "text", text);
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            layers.outputOfPrompt("blocks." + layer, text, TEXT_KEYS.formatted(layer), TEXT_VALUES.formatted(layer));
        }
    }

    private void step(LatentSize size, SelfAttention attention, List<Integer> hinted) {
        Dim[] latentsShape = {
            Dim.named("frames"), Dim.of(TransformerConfig.CHANNELS), Dim.of(size.height()), Dim.of(size.width())
        };
        Value latents = net.input(LATENTS, DType.F32, latentsShape);
        Value time = layers.time();
        Value timeOfBlocks = layers.timeOfBlocks(time);
        Value tokens = layers.patches("patches", latents, TransformerConfig.CHANNELS, size, "patch_embedding");
        probe.see(net, "patch", tokens);
        ResidualStream residual = new ResidualStream(net, config.eps(), tokens);
        for (int block = 0; block < config.layers(); block++) {
            int layer = block;
            layers.block("blocks." + layer, residual, timeOfBlocks, x -> attention.attend(layer, x),
                    layers.ofPrompt(TEXT_KEYS.formatted(layer)), layers.ofPrompt(TEXT_VALUES.formatted(layer)));
            if (hinted.contains(layer)) {
                residual.addMore("blocks." + layer + ".hint",
                        net.input(HINT.formatted(layer), net.compute(), Dim.named("hint_tokens"), Dim.of(config.dim())));
            }
            residual.whenSummed(sum -> probe.see(net, "block" + layer, sum));
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

    /** {@code [F·f,64] -> [F,16,h,w]}. Other than that of a patch before, the order of a token's numbers here is dy, dx, channel. */
    private Value frames(Value tokens, LatentSize size) {
        Value x = net.reshape("unpatchify.split", tokens, -1, size.rows(), size.columns(), 2, 2, TransformerConfig.CHANNELS);
        x = net.transpose("unpatchify", x, 0, 5, 1, 3, 2, 4);
        return net.reshape("unpatchify.frames", x, -1, TransformerConfig.CHANNELS, size.height(), size.width());
    }

    private Value head(ResidualStream residual, Value time) {
        Value row = net.reshape("head.time", time, -1);
        List<Value> modulation = layers.modulation("head", "head.modulation", net.concat("head.time_rows", 0, row, row), 2);
        Value x = residual.normed("head.norm", layers.scale("head.norm", modulation.get(1)), modulation.get(0));
        Value tokens = Linear.withBias(net, "head.head", x);
        probe.see(net, "head", tokens);
        return tokens;
    }
}
