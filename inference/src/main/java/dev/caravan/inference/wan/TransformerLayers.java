package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Activations;
import dev.caravan.inference.nn.Attention;
import dev.caravan.inference.nn.Linear;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Norms;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.Shape;
import java.util.List;
import java.util.function.UnaryOperator;

/** What the graphs of the transformer and of its VACE blocks are made of (spec causal-wan.md §3). One per graph. */
final class TransformerLayers {

    private final Net net;
    private final TransformerConfig config;
    private final Probe probe;

    TransformerLayers(Net net, TransformerConfig config, Probe probe) {
        this.net = net;
        this.config = config;
        this.probe = probe;
    }

    /** [1,D]: e of the spec, of the timestep whose sinusoid is an input. */
    Value time() {
        Value sinusoid = net.input(TransformerGraph.SINUSOID, net.compute(), Dim.of(1, config.freqDim()));
        Value inner = Activations.silu(net, "time_embedding.1", Linear.withBias(net, "time_embedding.0", sinusoid));
        Value time = Linear.withBias(net, "time_embedding.2", inner);
        probe.see(net, "e", time);
        return time;
    }

    /** [6·D]: E of the spec, six rows for every block. */
    Value timeOfBlocks(Value time) {
        Value rows = Linear.withBias(net, "time_projection.1", Activations.silu(net, "time_projection.0", time));
        probe.see(net, "E", rows);
        return net.reshape("time_projection.rows", rows, -1);
    }

    /**
     * {@code [F,channels,h,w] -> [F·f,D]}, tokens by frame, row and column. A convolution whose kernel is its stride is a product with
     * each patch's numbers in the order channel, dy, dx.
     *
     * @param embedding path of its weights
     */
    Value patches(String path, Value x, int channels, LatentSize size, String embedding) {
        Value narrow = net.cast(path + ".narrow", x, net.compute());
        Value split = net.reshape(path + ".split", narrow, -1, channels, size.rows(), 2, size.columns(), 2);
        Value tokens = net.reshape(path + ".tokens", net.transpose(path, split, 0, 2, 4, 1, 3, 5), -1, 4L * channels);
        return Linear.of(net, embedding, tokens,
                net.weight(embedding + ".weight", Shape.of(config.dim(), 4L * channels)), net.weight(embedding + ".bias"));
    }

    /**
     * Adds a block to the stream of tokens; its last addition is left to whoever normalises next.
     *
     * @param time       of {@link #timeOfBlocks}
     * @param attention  [S,D] -> [S,D], before the output projection
     * @param textKeys   [1,textLen,D]
     * @param textValues as textKeys
     */
    void block(String path, ResidualStream residual, Value time, UnaryOperator<Value> attention, Value textKeys, Value textValues) {
        List<Value> modulation = modulation(path, path + ".modulation", time, 6);
        Value x = residual.normed(path + ".norm1", scale(path + ".norm1", modulation.get(1)), modulation.get(0));
        x = Linear.withBias(net, path + ".self_attn.o", attention.apply(x));
        residual.add(net.mul(path + ".self_attn.gate", x, modulation.get(2)), Value.NONE);
        x = residual.normed(path + ".norm3", net.weight(path + ".norm3.weight"), net.weight(path + ".norm3.bias"));
        x = Linear.withoutBias(net, path + ".cross_attn.o", crossAttention(path + ".cross_attn", x, textKeys, textValues));
        residual.add(x, net.weight(path + ".cross_attn.o.bias"));
        x = residual.normed(path + ".norm2", scale(path + ".norm2", modulation.get(4)), modulation.get(3));
        x = mlp(path + ".ffn.0", path + ".ffn.2", x);
        residual.add(net.mul(path + ".ffn.gate", x, modulation.get(5)), Value.NONE);
    }

    /** {@code [S,D] -> [S,D]}, before the output projection. */
    private Value crossAttention(String path, Value x, Value textKeys, Value textValues) {
        Value q = net.reshape(path + ".q_sequence", normed(path, "q", x), 1, -1, config.dim());
        Value seen = Attention.full(net, path, q, textKeys, textValues, config.heads(), 1 / Math.sqrt(config.headDim()));
        return net.reshape(path + ".joined", seen, -1, config.dim());
    }

    /** An input of the keys or values of a prompt, [1,textLen,D]. */
    Value ofPrompt(String name) {
        return net.input(name, net.compute(), Dim.of(1, config.textLen(), config.dim()));
    }

    /**
     * The keys and values that the cross-attention of a block sees, as outputs [textLen,D] (spec causal-wan.md §5).
     *
     * @param block path of the block
     * @param text  [textLen,D]
     */
    void outputOfPrompt(String block, Value text, String keys, String values) {
        String path = block + ".cross_attn";
        Dim[] shape = Dim.of(config.textLen(), config.dim());
        Value k = normed(path, "k", text);
        Value v = Linear.withBias(net, path + ".v", text);
        net.graph().output(keys, k, shape);
        net.graph().output(values, v, shape);
    }

    /** Queries or keys, projected and normalised over the whole width: {@code [n,D] -> [n,D]}. */
    Value normed(String path, String projection, Value x) {
        Value projected = Linear.withBias(net, path + "." + projection, x);
        String norm = path + ".norm_" + projection;
        return Norms.rms(net, norm, projected, net.weight(norm + ".weight"), config.eps());
    }

    /** Learned rows plus those of the timestep, [D] each. */
    List<Value> modulation(String path, String weight, Value time, int rows) {
        Value learned = net.weight(weight, Shape.of((long) rows * config.dim()));
        return net.split(path + ".modulation_rows", net.add(path + ".modulated", learned, time), 0, rows);
    }

    /** A modulation's row tells by how much a norm's scale differs from 1. */
    Value scale(String path, Value row) {
        return net.add(path + ".scale", net.constant("one", Shape.of(1), 1), row);
    }

    Value mlp(String in, String out, Value x) {
        Value inner = Activations.geluOfSum(net, in + ".gelu", Linear.withoutBias(net, in, x), net.weight(in + ".bias"));
        return Linear.withBias(net, out, inner);
    }
}
