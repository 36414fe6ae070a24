package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.KeyView;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * What {@link RotatedKeyCache} and {@link UnrotatedKeyCache} want to know: tables of positions, and which frames go into which slots.
 * Written when a pass differs from the one before, so once per chunk rather than per step.
 */
final class RotaryInputs implements PassInputs {

    private final TensorPool pool;
    private final LatentSize size;
    private final RotaryTables rotary;
    private final Tensor queryCos;
    private final Tensor querySin;
    private final Tensor keyCos;
    private final Tensor keySin;
    private final Tensor writtenFrames;
    private final Tensor writtenSlots;
    private CachePass written = new CachePass(List.of(), List.of(), List.of(), 0);

    RotaryInputs(TensorPool pool, TransformerConfig config, LatentSize size, int capacity) {
        this.pool = pool;
        this.size = size;
        this.rotary = new RotaryTables(config.headDim(), size);
        queryCos = pool.zeros(DType.F32, table(capacity));
        querySin = pool.zeros(DType.F32, table(capacity));
        keyCos = pool.zeros(DType.F32, table(capacity));
        keySin = pool.zeros(DType.F32, table(capacity));
        writtenFrames = pool.zeros(DType.I64, Shape.of(capacity));
        writtenSlots = pool.zeros(DType.I64, Shape.of(capacity));
    }

    @Override
    public void bind(Binding binding, CachePass pass) {
        int written = pass.writtenFrames().size();
        Shape queries = table(pass.queryPositions().size());
        Optional<Shape> keys = keyPositions(pass).map(positions -> table(positions.size()));
        binding.input(RotatedKeyCache.QUERY_COS, pool.view(queryCos, queries))
                .input(RotatedKeyCache.QUERY_SIN, pool.view(querySin, queries))
                .input(RotatedKeyCache.KEY_COS, keys.map(shape -> pool.view(keyCos, shape)).orElse(pool.view(queryCos, queries)))
                .input(RotatedKeyCache.KEY_SIN, keys.map(shape -> pool.view(keySin, shape)).orElse(pool.view(querySin, queries)))
                .input(CacheParts.WRITTEN_FRAMES, pool.view(writtenFrames, Shape.of(written)))
                .input(CacheParts.WRITTEN_SLOTS, pool.view(writtenSlots, Shape.of(written, 1)));
    }

    @Override
    public Object sizes(CachePass pass) {
        return List.of(pass.queryPositions().size(), pass.attendedSlots(), pass.writtenFrames().size());
    }

    @Override
    public void write(CachePass pass) {
        if (pass.equals(written)) {
            return;
        }
        int kept = pass.writtenFrames().size();
        write(queryCos, querySin, pass.queryPositions());
        keyPositions(pass).ifPresent(positions -> write(keyCos, keySin, positions));
        pool.view(writtenFrames, Shape.of(kept)).write(integers(pass.writtenFrames()));
        pool.view(writtenSlots, Shape.of(kept, 1)).write(integers(pass.writtenSlots()));
        written = pass;
    }

    /** Of the keys that a pass turns, where they are not turned by the queries' tables; whether that is so follows from its sizes. */
    private static Optional<List<Integer>> keyPositions(CachePass pass) {
        if (pass.view() instanceof KeyView.Turned(List<Integer> positions)) {
            return Optional.of(positions);
        }
        boolean all = pass.writtenFrames().size() == pass.queryPositions().size();
        return all ? Optional.empty() : Optional.of(pass.writtenFrames().stream().map(pass.queryPositions()::get).toList());
    }

    private void write(Tensor cos, Tensor sin, List<Integer> positions) {
        RotaryTables.Tables tables = rotary.of(positions);
        pool.view(cos, table(positions.size())).write(tables.cos());
        pool.view(sin, table(positions.size())).write(tables.sin());
    }

    private static MemorySegment integers(List<Integer> numbers) {
        return MemorySegment.ofArray(numbers.stream().mapToLong(Integer::longValue).toArray());
    }

    /** Of the tokens of some frames. */
    private Shape table(int frames) {
        return Shape.of((long) frames * size.tokens(), rotary.pairs());
    }
}
