package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Norms;
import dev.caravan.inference.onnx.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The tokens that blocks add to. An addition waits for the next normalisation, which does both in one node. */
final class ResidualStream {

    private final Net net;
    private final float epsilon;
    private final List<Consumer<Value>> waiting = new ArrayList<>();
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

    /** Adds something besides what was just added: {@code more [S,D]}, or {@code [1,D]} for all tokens. A node of its own. */
    void addMore(String path, Value more) {
        if (added == Value.NONE) {
            throw new IllegalStateException("nothing was added before");
        }
        added = net.add(path, added, more);
    }

    /** Gives the tokens as they are now, [S,D], to somebody as soon as additions made so far are done. */
    void whenSummed(Consumer<Value> somebody) {
        waiting.add(somebody);
    }

    /** LayerNorm of the tokens so far; scale and shift are {@code [D]}. */
    Value normed(String path, Value scale, Value shift) {
        if (added == Value.NONE) {
            return Norms.layer(net, path, sum, scale, shift, epsilon);
        }
        Norms.Sum both = Norms.sumAndLayer(net, path, sum, added, bias, scale, shift, epsilon);
        summed(both.sum());
        return both.normed();
    }

    /** Does what was added last, without bias, when no normalisation follows. */
    void finish(String path) {
        if (added == Value.NONE || bias != Value.NONE) {
            throw new IllegalStateException("only an addition without bias is finished without a normalisation");
        }
        summed(net.add(path, sum, added));
    }

    private void summed(Value result) {
        sum = result;
        added = Value.NONE;
        bias = Value.NONE;
        waiting.forEach(somebody -> somebody.accept(result));
        waiting.clear();
    }
}
