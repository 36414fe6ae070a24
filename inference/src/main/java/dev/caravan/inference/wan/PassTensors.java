package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What {@link RotatedKeyCache} wants to know: tables of positions, and which frames go into which slots. Written when a pass differs from
 * the one before, so once per chunk rather than per step.
 */
final class PassTensors implements PassInputs {

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

    PassTensors(TensorPool pool, TransformerConfig config, LatentSize size, int capacity) {
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

    /** All frames written: keys are turned by the queries' tables. */
    @Override
    public void bind(Binding binding, CachePass pass) {
        int frames = pass.queryPositions().size();
        int written = pass.writtenFrames().size();
        Shape queries = table(frames);
        Shape keys = table(written);
        boolean all = frames == written;
        binding.input(RotatedKeyCache.QUERY_COS, pool.view(queryCos, queries))
                .input(RotatedKeyCache.QUERY_SIN, pool.view(querySin, queries))
                .input(RotatedKeyCache.KEY_COS, pool.view(all ? queryCos : keyCos, keys))
                .input(RotatedKeyCache.KEY_SIN, pool.view(all ? querySin : keySin, keys))
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
        int frames = pass.queryPositions().size();
        int kept = pass.writtenFrames().size();
        write(queryCos, querySin, pass.queryPositions());
        if (kept != frames) {
            write(keyCos, keySin, pass.writtenFrames().stream().map(pass.queryPositions()::get).toList());
        }
        pool.view(writtenFrames, Shape.of(kept)).write(integers(pass.writtenFrames()));
        pool.view(writtenSlots, Shape.of(kept, 1)).write(integers(pass.writtenSlots()));
        written = pass;
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
