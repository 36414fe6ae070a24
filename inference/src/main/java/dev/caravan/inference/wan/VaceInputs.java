package dev.caravan.inference.wan;

import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What one stream's hints are made from: the context, and the keys and values of the prompt. And the hints themselves. Not thread-safe.
 */
final class VaceInputs implements AutoCloseable {

    /** Keys of the VACE blocks' self-attention are padded to a multiple of this (spec causal-wan.md §4.6). */
    private static final int KEYS = 128;

    private final Transformer transformer;
    private final VaceNetwork network;
    private final int capacity;
    private final TensorPool pool;
    private final Tensor latents;
    private final Tensor sinusoid;
    private final Tensor context;
    private final Tensor given;
    private final Tensor scale;
    private final Tensor cos;
    private final Tensor sin;
    private final Tensor padding;
    private final List<Tensor> textKeys;
    private final List<Tensor> textValues;
    private final Binding textBinding;
    private boolean prompted;
    private @Nullable VaceHints hints;

    /**
     * @param capacity the most frames of a step
     * @param text     of the prompt, [textLen,D]
     * @param latents  that steps read, [capacity,16,h,w]
     * @param sinusoid of a step's timestep
     */
    VaceInputs(Transformer transformer, VaceNetwork network, int capacity, Tensor text, Tensor latents, Tensor sinusoid) {
        this.transformer = transformer;
        this.network = network;
        this.capacity = capacity;
        this.latents = latents;
        this.sinusoid = sinusoid;
        this.pool = new TensorPool(transformer.device());
        TransformerConfig config = transformer.config();
        DType compute = transformer.compute();
        try {
            context = pool.zeros(DType.F32, contexts(capacity));
            given = pool.zeros(compute, Shape.of(capacity, 1, 1));
            scale = pool.zeros(compute, Shape.of(1));
            RotaryTables rotary = new RotaryTables(config.headDim(), transformer.size());
            Shape table = Shape.of((long) capacity * transformer.size().tokens(), rotary.pairs());
            cos = pool.zeros(DType.F32, table);
            sin = pool.zeros(DType.F32, table);
            // Where in the stream a chunk stands is nothing to VACE.
            RotaryTables.Tables tables = rotary.of(IntStream.range(0, capacity).boxed().toList());
            cos.write(tables.cos());
            sin.write(tables.sin());
            padding = pool.zeros(compute, Shape.of(1, KEYS, config.dim()));
            Shape ofText = Shape.of(1, config.textLen(), config.dim());
            textKeys = network.layers().stream().map(layer -> pool.zeros(compute, ofText)).toList();
            textValues = network.layers().stream().map(layer -> pool.zeros(compute, ofText)).toList();
            textBinding = bindText(text);
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    private Binding bindText(Tensor text) {
        Binding binding = pool.own(network.text().bind()).input(TransformerGraph.TEXT, text);
        for (int i = 0; i < network.layers().size(); i++) {
            binding.output(VaceGraph.TEXT_KEYS.formatted(i), pool.view(textKeys.get(i), text.shape()))
                    .output(VaceGraph.TEXT_VALUES.formatted(i), pool.view(textValues.get(i), text.shape()));
        }
        return binding;
    }

    /** Takes a context for the steps from now on; it is copied. */
    void context(Tensor given, double scale) {
        LatentSize size = transformer.size();
        Shape shape = given.shape();
        if (given.dtype() != DType.F32 || shape.rank() != 4 || shape.dim(0) < 1 || !shape.equals(contexts(shape.dim(0)))) {
            throw new IllegalArgumentException("a context is F32 of [T," + VaceWeights.CHANNELS + "," + size.height() + "," + size.width()
                    + "], not " + given);
        }
        int frames = (int) Math.min(capacity, shape.dim(0));
        // Nothing of an earlier one may stay: what is not a number times zero is not zero.
        context.zero();
        try (Tensor used = given.view(contexts(frames))) {
            pool.view(context, contexts(frames)).copyFrom(used);
        }
        float[] ones = new float[capacity];
        Arrays.fill(ones, 0, frames, 1);
        this.given.write(ones);
        this.scale.write(new float[] {(float) scale});
    }

    /** The text of the prompt is another one. */
    void promptChanged() {
        prompted = false;
    }

    /** Makes the hints of a step from the latents and the sinusoid that lie ready for it. */
    void makeHints(int frames) {
        if (!prompted) {
            textBinding.run();
            prompted = true;
        }
        maker(frames).run();
    }

    /** One per number of frames, so that a GPU records each once. */
    Binding maker(int frames) {
        return hints(frames).maker(transformer, frames, own -> bind(own, frames));
    }

    /** The binding of a step over so many frames that reads the hints; the rest of it as {@code bound} ties it. */
    Binding step(Object sizes, int frames, Function<TensorPool, Binding> bound) {
        return hints(frames).step(transformer, sizes, frames, bound);
    }

    private VaceHints hints(int frames) {
        VaceHints old = hints;
        if (old != null && old.holds(frames)) {
            return old;
        }
        if (old != null) {
            hints = null;
            old.close();
        }
        VaceHints made = new VaceHints(transformer, network, frames);
        hints = made;
        return made;
    }

    private Binding bind(TensorPool own, int frames) {
        LatentSize size = transformer.size();
        Shape table = Shape.of((long) frames * size.tokens(), cos.shape().dim(1));
        Binding binding = own.own(network.hints().bind()).captured();
        binding.input(TransformerGraph.LATENTS, own.view(latents, size.latents(frames)))
                .input(TransformerGraph.SINUSOID, sinusoid)
                .input(VaceGraph.CONTEXT, own.view(context, contexts(frames)))
                .input(VaceGraph.GIVEN, own.view(given, Shape.of(frames, 1, 1)))
                .input(VaceGraph.SCALE, scale)
                .input(VaceGraph.COS, own.view(cos, table))
                .input(VaceGraph.SIN, own.view(sin, table))
                .input(VaceGraph.PADDING, own.view(padding, Shape.of(1, paddedKeys(table.dim(0)), padding.shape().dim(2))));
        for (int i = 0; i < network.layers().size(); i++) {
            binding.input(VaceGraph.TEXT_KEYS.formatted(i), textKeys.get(i))
                    .input(VaceGraph.TEXT_VALUES.formatted(i), textValues.get(i));
        }
        return binding;
    }

    /** Keys of zeros beside those of so many tokens. */
    static int paddedKeys(long tokens) {
        return (int) (Math.ceilDiv(tokens, KEYS) * KEYS - tokens);
    }

    private Shape contexts(long frames) {
        return Shape.of(frames, VaceWeights.CHANNELS, transformer.size().height(), transformer.size().width());
    }

    @Override
    public void close() {
        try {
            if (hints != null) {
                hints.close();
            }
        } finally {
            pool.close();
        }
    }
}
