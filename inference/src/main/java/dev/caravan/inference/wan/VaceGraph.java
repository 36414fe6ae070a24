package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Attention;
import dev.caravan.inference.nn.Linear;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Rotary;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.tensor.DType;
import java.util.List;

/**
 * The VACE blocks beside a causal Wan transformer as two models (spec vace.md §3). {@code text} makes the keys and values of a prompt that
 * they see. {@code hints} makes of a context and the latents of a step what the step adds behind some of its blocks:
 *
 * <pre>
 * latents [F,16,h,w] -> patches -------------+
 * context [F,96,h,w] -> patches -> [F·f,D] --+--> block 0 --> block 1 --> ...
 *                                                    |           |
 *                                                 hint.l0     hint.l1    [S+p,D], times the scale
 * </pre>
 *
 * <p>Hints depend on the latents through their patches alone, so all are made before the step. The model of its own keeps every binding
 * a static graph, and a step without a context costs nothing; in return the few weights that both need, those of patches and of the
 * timestep, are on the device twice: about a hundredth of a transformer.
 *
 * <p>A frame beyond the context has tokens of zeros, which are not those of pixels of zeros: hence {@code given}, 1 or 0 for each frame.
 *
 * <p>Keys are padded with rows of zeros that are seen like all others (spec causal-wan.md §4.6). Here all rows are padded once, to S+p,
 * instead of keys and values in every block; where cosine, sine and {@code real} are zero a row has no key and no value, and nobody reads
 * its hint. Nothing is put together of parts of different sizes, because these runs are recorded (docs/runtime.md).
 */
final class VaceGraph {

    /** Inputs and outputs of both models by name, where the transformer's have none; {@code %d} is the VACE block. */
    static final String TEXT_KEYS = "vace_text_k.%d";
    static final String TEXT_VALUES = "vace_text_v.%d";
    static final String CONTEXT = "context";
    static final String GIVEN = "given";
    static final String SCALE = "scale";
    static final String COS = "cos";
    static final String SIN = "sin";
    static final String ROWS = "rows";
    static final String REAL = "real";

    private static final Dim FRAMES = Dim.named("frames");
    private static final Dim PADDED = Dim.named("padded_tokens");

    private final Net net;
    private final TransformerConfig config;
    private final LatentSize size;
    private final Probe probe;
    private final TransformerLayers layers;
    private final Value cos;
    private final Value sin;
    private final Value rows;
    private final Value real;
    private final Value scale;

    private VaceGraph(Net net, TransformerConfig config, LatentSize size, Probe probe) {
        this.net = net;
        this.config = config;
        this.size = size;
        this.probe = probe;
        this.layers = new TransformerLayers(net, config, Probe.NONE);
        Dim pairs = Dim.of(config.headDim() / 2);
        cos = net.input(COS, DType.F32, PADDED, pairs);
        sin = net.input(SIN, DType.F32, PADDED, pairs);
        rows = net.input(ROWS, DType.I64, PADDED);
        real = net.input(REAL, net.compute(), PADDED, Dim.of(1));
        scale = net.input(SCALE, net.compute(), Dim.of(1));
    }

    /** {@code text [textLen,D] -> vace_text_k.i, vace_text_v.i [textLen,D]} of each VACE block i. */
    static OnnxModel text(VaceModule module, TransformerConfig config, DType compute, Provider provider) {
        Net net = new Net(new Graph("wan.vace.text"), module.weights(), compute, provider);
        TransformerLayers layers = new TransformerLayers(net, config, Probe.NONE);
        Value text = net.input(TransformerGraph.TEXT, compute, Dim.of(config.textLen(), config.dim()));
        for (int i = 0; i < module.layers().size(); i++) {
            layers.outputOfPrompt(path(i), text, TEXT_KEYS.formatted(i), TEXT_VALUES.formatted(i));
        }
        return net.build();
    }

    /**
     * {@code latents, sinusoid} as the step has them, {@code context [F,96,h,w]}, {@code given [F,1,1]}, {@code scale [1]}, and of each
     * of S+p rows {@code cos, sin [S+p,d/2]} of its place in frames 0 to F - 1 or zeros, {@code real [S+p,1]}, 1 or 0, and {@code rows
     * [S+p]}, which token it begins as {@code -> hint.l [S+p,D]} for each layer l that gets one.
     *
     * @param weights of the transformer itself
     */
    static OnnxModel hints(
            Weights weights,
            VaceModule module,
            TransformerConfig config,
            LatentSize size,
            TransformerOptions options,
            Provider provider,
            Probe probe) {
        Net net = new Net(new Graph("wan.vace"), module.with(weights), options.compute(), provider, options.adapters());
        new VaceGraph(net, config, size, probe).hints(module.layers());
        return net.build();
    }

    private void hints(List<Integer> hinted) {
        Value latents = net.input(TransformerGraph.LATENTS, DType.F32,
                FRAMES, Dim.of(TransformerConfig.CHANNELS), Dim.of(size.height()), Dim.of(size.width()));
        Value time = layers.timeOfBlocks(layers.time());
        Value tokens = layers.patches("patches", latents, TransformerConfig.CHANNELS, size, "patch_embedding");
        ResidualStream residual = new ResidualStream(net, config.eps(), net.gather("patches.padded", tokens, rows));
        residual.add(Linear.withBias(net, path(0) + ".before_proj", context()), Value.NONE);
        for (int block = 0; block < hinted.size(); block++) {
            int i = block;
            layers.block(path(i), residual, time, x -> attention(path(i) + ".self_attn", x),
                    layers.ofPrompt(TEXT_KEYS.formatted(i)), layers.ofPrompt(TEXT_VALUES.formatted(i)));
            residual.whenSummed(sum -> hint(i, hinted.get(i), sum));
        }
        residual.finish("vace_blocks.last");
    }

    /** [S+p,D]: the context's patches, zeros where there is none. */
    private Value context() {
        Value context = net.input(CONTEXT, DType.F32,
                FRAMES, Dim.of(VaceWeights.CHANNELS), Dim.of(size.height()), Dim.of(size.width()));
        Value tokens = layers.patches("context.patches", context, VaceWeights.CHANNELS, size, "vace_patch_embedding");
        Value frames = net.reshape("context.frames", tokens, -1, size.tokens(), config.dim());
        Value given = net.mul("context.given", frames, net.input(GIVEN, net.compute(), FRAMES, Dim.of(1), Dim.of(1)));
        return net.gather("context.padded", net.reshape("context.given_tokens", given, -1, config.dim()), rows);
    }

    /** Every row sees all of its own call: {@code [S+p,D] -> [S+p,D]}. */
    private Value attention(String path, Value x) {
        Value q = turned(path, "q", layers.normed(path, "q", x));
        Value k = turned(path, "k", layers.normed(path, "k", x));
        Value v = net.mul(path + ".v_real", Linear.withBias(net, path + ".v", x), real);
        Value seen = Attention.full(
                net, path, q, k, sequence(path + ".v_sequence", v), config.heads(), 1 / Math.sqrt(config.headDim()));
        return net.reshape(path + ".joined", seen, -1, config.dim());
    }

    private Value turned(String path, String projection, Value x) {
        Value all = sequence(path + "." + projection + "_sequence", x);
        return Rotary.interleaved(net, path + ".rope_" + projection, all, cos, sin, config.heads());
    }

    private void hint(int block, int layer, Value sum) {
        String path = path(block) + ".after_proj";
        Value hint = Linear.withBias(net, path, sum);
        probe.see(net, "hint" + layer, hint);
        net.graph().output(TransformerGraph.HINT.formatted(layer), net.mul(path + ".scaled", hint, scale), PADDED, Dim.of(config.dim()));
    }

    private Value sequence(String path, Value x) {
        return net.reshape(path, x, 1, -1, config.dim());
    }

    private static String path(int block) {
        return "vace_blocks." + block;
    }
}
