package dev.caravan.inference.wan;

import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.Shape;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One stream's part of a {@link VaceNetwork}. Most of it is made when the stream is first given a context, so that one that never is pays
 * next to nothing. Not thread-safe.
 */
final class VaceState implements AutoCloseable {

    private final Transformer transformer;
    private final VaceNetwork network;
    private final int capacity;
    private final Tensor latents;
    private final Tensor sinusoid;
    private final AdapterStrengths adapters;
    private final TensorPool pool;
    private final Tensor text;
    /** What stands for the hints of a step that has none: a row of zeros. */
    private final Tensor none;
    private @Nullable VaceInputs inputs;
    private boolean guiding;

    /**
     * @param capacity the most frames of a step
     * @param latents  that steps read, [capacity,16,h,w]
     * @param sinusoid of a step's timestep
     * @param adapters of the stream: some may change what the timestep means
     */
    VaceState(
            Transformer transformer, VaceNetwork network, int capacity, Tensor latents, Tensor sinusoid, AdapterStrengths adapters) {
        this.transformer = transformer;
        this.network = network;
        this.capacity = capacity;
        this.latents = latents;
        this.sinusoid = sinusoid;
        this.adapters = adapters;
        this.pool = new TensorPool(transformer.device());
        TransformerConfig config = transformer.config();
        try {
            text = pool.zeros(transformer.compute(), Shape.of(config.textLen(), config.dim()));
            none = pool.zeros(transformer.compute(), Shape.of(1, config.dim()));
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    /** Lets the binding that takes a prompt leave here what the hints need of it. */
    void bindText(Binding binding) {
        binding.output(TransformerGraph.TEXT, text);
    }

    /** The prompt is another one. */
    void promptChanged() {
        if (inputs != null) {
            inputs.promptChanged();
        }
    }

    /** As {@link TransformerState#setVace}. */
    void guide(Tensor context, double scale) {
        if (!(scale >= 0) || Double.isInfinite(scale)) {
            throw new IllegalArgumentException("the scale of a context is a number of at least 0; " + scale + " given");
        }
        guiding = false;
        if (inputs == null) {
            inputs = new VaceInputs(transformer, network, capacity, text, latents, sinusoid, adapters);
        }
        inputs.context(context, scale);
        guiding = scale > 0;
    }

    /** As {@link TransformerState#withoutVace}. */
    void leave() {
        guiding = false;
    }

    /** Whether steps have hints. */
    boolean guiding() {
        return guiding;
    }

    /** Ties a step that has no hints. */
    void bindNone(Binding step) {
        network.layers().forEach(layer -> step.input(TransformerGraph.HINT.formatted(layer), none));
    }

    /**
     * Makes the hints of a step from the latents and the sinusoid that lie ready for it.
     *
     * @param sizes of the step
     * @param bound ties all of the step but its hints, in a binding that belongs to the pool
     * @return the step that reads them
     */
    Binding hinted(Object sizes, int frames, Function<TensorPool, Binding> bound) {
        VaceInputs own = inputs();
        own.makeHints(frames);
        return own.step(sizes, frames, bound);
    }

    /** What hints are made from; there is something since the first context. */
    VaceInputs inputs() {
        return Objects.requireNonNull(inputs);
    }

    @Override
    public void close() {
        try {
            if (inputs != null) {
                inputs.close();
            }
        } finally {
            pool.close();
        }
    }
}
