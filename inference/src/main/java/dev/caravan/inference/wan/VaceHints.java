package dev.caravan.inference.wan;

import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One stream's hints of a step, and all bindings that write or read them. By far the most of what VACE takes of a stream, therefore for
 * as many frames as a step has had so far: a step of more frames gets another one of these. Not thread-safe.
 */
final class VaceHints implements AutoCloseable {

    private final int frames;
    private final List<Integer> layers;
    private final int tokensPerFrame;
    private final int dim;
    private final TensorPool pool;
    private final List<Tensor> hints = new ArrayList<>();
    private final Map<Integer, Binding> makers = new HashMap<>();
    private final Map<Object, Binding> steps = new HashMap<>();

    /** @param frames the most of a step */
    VaceHints(Transformer transformer, VaceNetwork network, int frames) {
        this.frames = frames;
        this.layers = network.layers();
        this.tokensPerFrame = transformer.size().tokens();
        this.dim = transformer.config().dim();
        this.pool = new TensorPool(transformer.device());
        try {
            for (int i = 0; i < layers.size(); i++) {
                hints.add(pool.zeros(transformer.compute(), Shape.of(VaceInputs.rows(tokens(frames)), dim)));
            }
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    boolean holds(int some) {
        return some <= frames;
    }

    /** The binding that makes the hints of so many frames; tied to what {@code bound} ties, and to the hints. */
    Binding maker(int some, Function<TensorPool, Binding> bound) {
        return makers.computeIfAbsent(some, n -> tied(bound.apply(pool), Binding::output, VaceInputs.rows(tokens(n))));
    }

    /** The binding of steps of some sizes; tied to what {@code bound} ties, and to the hints of so many frames. */
    Binding step(Object sizes, int some, Function<TensorPool, Binding> bound) {
        return steps.computeIfAbsent(sizes, same -> tied(bound.apply(pool), Binding::input, tokens(some)));
    }

    /** Ties a binding to the first rows of all hints. */
    private Binding tied(Binding binding, Tie tie, long rows) {
        for (int i = 0; i < layers.size(); i++) {
            tie.to(binding, TransformerGraph.HINT.formatted(layers.get(i)), pool.view(hints.get(i), Shape.of(rows, dim)));
        }
        return binding;
    }

    private interface Tie {
        Binding to(Binding binding, String name, Tensor tensor);
    }

    private long tokens(int some) {
        return (long) some * tokensPerFrame;
    }

    @Override
    public void close() {
        pool.close();
    }
}
