package dev.caravan.inference.wan.umt5;

import dev.caravan.inference.nn.Activations;
import dev.caravan.inference.nn.Attention;
import dev.caravan.inference.nn.Embedding;
import dev.caravan.inference.nn.Linear;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Norms;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;

/**
 * The UMT5 encoder for n tokens, none of them padding (spec text-encoder.md §2, §7).
 *
 * <pre>
 * ids [n] -> token_embedding -> x [n,dim]
 * each block:  x + o(attention(q,k,v of norm1(x), bias of positions))    no 1/√d
 *              x + fc2(fc1(y) · gelu(gate(y))),  y = norm2(x)
 * norm(x) -> out [n,dim]
 * </pre>
 *
 * Padding cannot change a real token's row, so it is left out and no mask is needed. Weights stay in their file in their type; those that
 * are not of the computed one pass a Cast.
 */
final class Umt5Graph {

    static final String IDS = "ids";
    static final String BUCKETS = "buckets";
    static final String OUT = "out";
    /** With {@link #withBlockOutputs} there is an output of this name and the block's number for each. */
    static final String AFTER_BLOCK = "x_after_block";

    private static final float EPSILON = 1e-6f;
    private static final Dim TOKENS = Dim.named("n");

    private final Net net;
    private final Umt5Config config;
    private boolean blockOutputs;

    Umt5Graph(Net net, Umt5Config config) {
        this.net = net;
        this.config = config;
    }

    /** Gives the residual stream after each block too, to find the first that is wrong. */
    Umt5Graph withBlockOutputs() {
        blockOutputs = true;
        return this;
    }

    /** {@code ids} i64 [n] and {@code buckets} i64 [n,n] (query, key) to {@code out} [n,dim] in the computed type. */
    OnnxModel build() {
        castWeightsFirst();
        Value ids = net.input(IDS, DType.I64, TOKENS);
        Value buckets = net.input(BUCKETS, DType.I64, TOKENS, TOKENS);
        Value x = Embedding.rows(net, "token_embedding", ids);
        for (int layer = 0; layer < config.layers(); layer++) {
            x = block("blocks." + layer, x, buckets);
            if (blockOutputs) {
                net.graph().output(AFTER_BLOCK + layer, x, TOKENS, Dim.of(config.dim()));
            }
        }
        net.graph().output(OUT, norm("norm", x), TOKENS, Dim.of(config.dim()));
        return net.build();
    }

    /**
     * ONNX Runtime runs what a node needs in the order of its inputs' nodes, last added first. Casts that were added before everything
     * else are put off until their one reader, and each gives its memory to the next; added where they are read, they would all run at the
     * beginning and hold the whole network in the computed type.
     */
    private void castWeightsFirst() {
        for (int layer = 0; layer < config.layers(); layer++) {
            for (String linear : Umt5Weights.LINEARS) {
                net.weight("blocks." + layer + "." + linear + ".weight");
            }
        }
    }

    private Value block(String path, Value x, Value buckets) {
        Value attended = net.add(path + ".attn.residual", x, attention(path, norm(path + ".norm1", x), buckets));
        return net.add(path + ".ffn.residual", attended, feedForward(path + ".ffn", norm(path + ".norm2", attended)));
    }

    private Value attention(String path, Value x, Value buckets) {
        Value mixed = Attention.biased(net, path + ".attn", projection(path + ".attn.q", x), projection(path + ".attn.k", x),
                projection(path + ".attn.v", x), positionBias(path + ".pos_embedding.embedding", buckets), config.heads(), 1.0);
        return Linear.withoutBias(net, path + ".attn.o", net.reshape(path + ".attn.rows", mixed, -1, config.dimAttn()));
    }

    /** [n,dim] -> [1,n,dimAttn]. */
    private Value projection(String path, Value x) {
        return net.reshape(path, Linear.withoutBias(net, path, x), 1, -1, config.dimAttn());
    }

    /** [buckets,heads] and [n,n] -> [1,heads,n,n]. Transposed while it is a small table. */
    private Value positionBias(String path, Value buckets) {
        Value table = net.weight(path + ".weight", Shape.of(1, config.buckets(), config.heads()));
        return Embedding.lookUp(net, path, net.transpose(path, table, 0, 2, 1), buckets, 2);
    }

    private Value feedForward(String path, Value x) {
        Value gate = Activations.gelu(net, path + ".gate.1", Linear.withoutBias(net, path + ".gate.0", x));
        return Linear.withoutBias(net, path + ".fc2", net.mul(path + ".gated", Linear.withoutBias(net, path + ".fc1", x), gate));
    }

    private Value norm(String path, Value x) {
        return Norms.rms(net, path, x, net.weight(path + ".weight"), EPSILON);
    }
}
