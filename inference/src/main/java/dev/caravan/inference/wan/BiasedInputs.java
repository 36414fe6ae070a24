package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What {@link BiasedKeyCache} wants to know: tables of positions, which rows of the caches are written, and the biases of all rows seen.
 * Written when a pass or the stream's bias differs from the one before, so twice per chunk rather than per step.
 */
final class BiasedInputs implements PassInputs {

    private final TensorPool pool;
    private final TransformerConfig config;
    private final int tokens;
    private final RotaryTables rotary;
    private final Tensor cos;
    private final Tensor sin;
    private final Tensor writtenRows;
    private final Tensor keyBias;
    private final Tensor queryZeros;
    private double weight = 1;
    private Written written = new Written(new CachePass(List.of(), List.of(), List.of(), 0), 1);

    /** What the device knows. */
    private record Written(CachePass pass, double weight) {}

    BiasedInputs(TensorPool pool, TransformerConfig config, LatentSize size, int capacity) {
        this.pool = pool;
        this.config = config;
        this.tokens = size.tokens();
        this.rotary = new RotaryTables(config.headDim(), size);
        cos = pool.zeros(DType.F32, table(capacity));
        sin = pool.zeros(DType.F32, table(capacity));
        writtenRows = pool.zeros(DType.I64, Shape.of((long) capacity * tokens, 1));
        keyBias = pool.zeros(DType.F32, Shape.of(BiasedKeys.padded(capacity * tokens)));
        queryZeros = pool.zeros(DType.F32, Shape.of((long) capacity * tokens));
    }

    @Override
    public void setAttentionBias(double bias) {
        weight = bias;
    }

    @Override
    public Shape cache(Shape slots) {
        return Shape.of(BiasedKeys.padded(Math.toIntExact(slots.dim(0)) * tokens), config.dim());
    }

    @Override
    public Shape bound(CachePass pass, Shape slots) {
        return Shape.of(keys(pass).rows(), config.dim());
    }

    @Override
    public Object sizes(CachePass pass) {
        return List.of(pass.queryPositions().size(), keys(pass).rows());
    }

    @Override
    public void bind(Binding binding, CachePass pass) {
        int frames = pass.queryPositions().size();
        binding.input(BiasedKeyCache.COS, pool.view(cos, table(frames)))
                .input(BiasedKeyCache.SIN, pool.view(sin, table(frames)))
                .input(BiasedKeyCache.WRITTEN_ROWS, rows(frames))
                .input(BiasedKeyCache.KEY_BIAS, pool.view(keyBias, Shape.of(1, 1, 1, keys(pass).rows())))
                .input(BiasedKeyCache.QUERY_ZEROS, pool.view(queryZeros, Shape.of(1, 1, (long) frames * tokens, 1)));
    }

    @Override
    public void write(CachePass pass) {
        Written now = new Written(pass, weight);
        if (now.equals(written)) {
            return;
        }
        int frames = pass.queryPositions().size();
        if (!pass.writtenFrames().equals(IntStream.range(0, frames).boxed().toList())) {
            throw new IllegalArgumentException("biased keys are kept for all frames of a pass, not for " + pass.writtenFrames());
        }
        RotaryTables.Tables tables = rotary.of(pass.queryPositions());
        pool.view(cos, table(frames)).write(tables.cos());
        pool.view(sin, table(frames)).write(tables.sin());
        long[] rows = new long[frames * tokens];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (long) pass.writtenSlots().get(i / tokens) * tokens + i % tokens;
        }
        rows(frames).write(MemorySegment.ofArray(rows));
        BiasedKeys keys = keys(pass);
        pool.view(keyBias, Shape.of(1, 1, 1, keys.rows())).write(keys.added());
        written = now;
    }

    private BiasedKeys keys(CachePass pass) {
        return BiasedKeys.of(pass, tokens, weight);
    }

    private Tensor rows(int frames) {
        return pool.view(writtenRows, Shape.of((long) frames * tokens, 1));
    }

    /** Of the tokens of some frames. */
    private Shape table(int frames) {
        return Shape.of((long) frames * tokens, rotary.pairs());
    }
}
