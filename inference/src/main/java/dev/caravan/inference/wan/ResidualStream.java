package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Norms;
import dev.caravan.inference.onnx.Value;

/** The tokens that blocks add to. An addition waits for the next normalisation, which does both in one node. */
final class ResidualStream {

    private final Net net;
    private final float epsilon;
    private Value sum;
    private Value added = Value.NONE;
    private Value bias = Value.NONE;

    /** @param tokens [S,D] */
    ResidualStream(Net net, float epsilon, Value tokens) {
        this.net = net;
        this.epsilon = epsilon;
        this.sum = tokens;
    }

    /** Adds {@code more [S,D]} and {@code bias [D]} or {@link Value#NONE}; a normalisation comes before the next addition. */
    void add(Value more, Value bias) {
        if (added != Value.NONE) {
            throw new IllegalStateException("two additions without a normalisation between them");
        }
        this.added = more;
        this.bias = bias;
    }

    /** LayerNorm of the tokens so far; scale and shift are {@code [D]}. */
    Value normed(String path, Value scale, Value shift) {
        if (added == Value.NONE) {
            return Norms.layer(net, path, sum, scale, shift, epsilon);
        }
        Norms.Sum both = Norms.sumAndLayer(net, path, sum, added, bias, scale, shift, epsilon);
        sum = both.sum();
        added = Value.NONE;
        return both.normed();
    }

    /** The tokens as they were last normalised, [S,D]. */
    Value sum() {
        return sum;
    }
}
