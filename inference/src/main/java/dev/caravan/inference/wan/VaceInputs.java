package dev.caravan.inference.wan;

import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What one stream's hints are made from: the context, and the keys and values of the prompt. And the hints themselves. Not thread-safe. */
final class VaceInputs implements AutoCloseable {

    /** Keys of the VACE blocks' self-attention are padded to a multiple of this (spec causal-wan.md §4.6). */
    private static final int KEYS = 128;
    /** Of a row that is padding; of numbers, so that it stays one. */
    private static final long ANY_TOKEN = 0;

    private final Transformer transformer;
    private final VaceNetwork network;
    private final int capacity;
    private final RotaryTables rotary;
    private final TensorPool pool;
    private final Tensor latents;
    private final Tensor sinusoid;
    private final AdapterStrengths adapters;
    private final Tensor context;
    private final Tensor given;
    private final Tensor scale;
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
     * @param adapters of the stream
     */
    VaceInputs(
            Transformer transformer,
            VaceNetwork network,
            int capacity,
            Tensor text,
            Tensor latents,
            Tensor sinusoid,
            AdapterStrengths adapters) {
        this.transformer = transformer;
        this.network = network;
        this.capacity = capacity;
        this.latents = latents;
        this.sinusoid = sinusoid;
        this.adapters = adapters;
        this.rotary = new RotaryTables(transformer.config().headDim(), transformer.size());
        this.pool = new TensorPool(transformer.device());
        TransformerConfig config = transformer.config();
        DType compute = transformer.compute();
        try {
            context = pool.zeros(DType.F32, contexts(capacity));
            given = pool.zeros(compute, Shape.of(capacity, 1, 1));
            scale = pool.zeros(compute, Shape.of(1));
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
        this.given.write(ones(frames, capacity));
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
        return hints(frames).maker(frames, own -> bind(own, frames));
    }

    /** The binding of a step over so many frames that reads the hints; the rest of it as {@code bound} ties it. */
    Binding step(Object sizes, int frames, Function<TensorPool, Binding> bound) {
        return hints(frames).step(sizes, frames, bound);
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
        Binding binding = own.own(network.hints().bind()).captured();
        binding.input(TransformerGraph.LATENTS, own.view(latents, transformer.size().latents(frames)))
                .input(TransformerGraph.SINUSOID, sinusoid)
                .input(VaceGraph.CONTEXT, own.view(context, contexts(frames)))
                .input(VaceGraph.GIVEN, own.view(given, Shape.of(frames, 1, 1)))
                .input(VaceGraph.SCALE, scale);
        adapters.bind(binding, network.hints());
        bindRows(own, binding, frames);
        for (int i = 0; i < network.layers().size(); i++) {
            binding.input(VaceGraph.TEXT_KEYS.formatted(i), textKeys.get(i))
                    .input(VaceGraph.TEXT_VALUES.formatted(i), textValues.get(i));
        }
        return binding;
    }

    /** What each row is. Where in the stream a step stands is nothing to VACE: its first frame is frame 0. */
    private void bindRows(TensorPool own, Binding binding, int frames) {
        int tokens = frames * transformer.size().tokens();
        int rows = (int) rows(tokens);
        RotaryTables.Tables tables = rotary.of(IntStream.range(0, frames).boxed().toList());
        Tensor cos = own.zeros(DType.F32, Shape.of(rows, rotary.pairs()));
        Tensor sin = own.zeros(DType.F32, Shape.of(rows, rotary.pairs()));
        own.view(cos, Shape.of(tokens, rotary.pairs())).write(tables.cos());
        own.view(sin, Shape.of(tokens, rotary.pairs())).write(tables.sin());
        Tensor real = own.zeros(transformer.compute(), Shape.of(rows, 1));
        real.write(ones(tokens, rows));
        long[] numbers = new long[rows];
        Arrays.setAll(numbers, row -> row < tokens ? row : ANY_TOKEN);
        Tensor beginnings = own.zeros(DType.I64, Shape.of(rows));
        beginnings.write(MemorySegment.ofArray(numbers));
        binding.input(VaceGraph.COS, cos).input(VaceGraph.SIN, sin).input(VaceGraph.REAL, real).input(VaceGraph.ROWS, beginnings);
    }

    /** Tokens of a step and padding. */
    static long rows(long tokens) {
        return Math.ceilDiv(tokens, KEYS) * KEYS;
    }

    private static float[] ones(int first, int of) {
        float[] numbers = new float[of];
        Arrays.fill(numbers, 0, first, 1);
        return numbers;
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
