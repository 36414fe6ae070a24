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
    private final TensorPool pool;
    private final List<Tensor> hints = new ArrayList<>();
    private final Map<Integer, Binding> makers = new HashMap<>();
    private final Map<Object, Binding> steps = new HashMap<>();

    /** @param frames the most of a step */
    VaceHints(Transformer transformer, VaceNetwork network, int frames) {
        this.frames = frames;
        this.layers = network.layers();
        this.pool = new TensorPool(transformer.device());
        try {
            for (int i = 0; i < layers.size(); i++) {
                hints.add(pool.zeros(transformer.compute(), shape(transformer, frames)));
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
    Binding maker(Transformer transformer, int some, Function<TensorPool, Binding> bound) {
        return makers.computeIfAbsent(some, n -> {
            Binding binding = bound.apply(pool);
            for (int i = 0; i < layers.size(); i++) {
                binding.output(name(i), pool.view(hints.get(i), shape(transformer, n)));
            }
            return binding;
        });
    }

    /** The binding of steps of some sizes; tied to what {@code bound} ties, and to the hints of so many frames. */
    Binding step(Transformer transformer, Object sizes, int some, Function<TensorPool, Binding> bound) {
        return steps.computeIfAbsent(sizes, same -> {
            Binding binding = bound.apply(pool);
            for (int i = 0; i < layers.size(); i++) {
                binding.input(name(i), pool.view(hints.get(i), shape(transformer, some)));
            }
            return binding;
        });
    }

    private String name(int i) {
        return TransformerGraph.HINT.formatted(layers.get(i));
    }

    private static Shape shape(Transformer transformer, int frames) {
        return Shape.of((long) frames * transformer.size().tokens(), transformer.config().dim());
    }

    @Override
    public void close() {
        pool.close();
    }
}
