package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.CacheChange;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Moving averages among the slots of one stream's caches, by {@link AverageGraph}. Runs on the device's thread. */
final class CacheAverages {

    private final OrtSession average;
    private final TensorPool pool;
    private final List<Tensor> caches;
    private final Tensor from;
    private final Tensor to;
    private final Tensor keep;
    private final Tensor rest;
    /** What each cache lost of its averages in rounding; none where that is not kept. */
    private final List<Tensor> lost = new ArrayList<>();
    /** One per cache, by how many slots are averaged. Not recorded: averaging twice is not averaging once. */
    private final Map<Integer, List<Binding>> bindings = new HashMap<>();

    /**
     * @param caches [capacity,f,D] of each block, keys and values
     * @param wide   how many slots have wide averages, 0 when the session makes none
     */
    CacheAverages(OrtSession average, TensorPool pool, List<Tensor> caches, int wide) {
        this.average = average;
        this.pool = pool;
        this.caches = List.copyOf(caches);
        Shape cache = caches.getFirst().shape();
        from = pool.zeros(DType.I64, Shape.of(cache.dim(0)));
        to = pool.zeros(DType.I64, Shape.of(cache.dim(0)));
        keep = pool.zeros(DType.F32, Shape.of(1));
        rest = pool.zeros(DType.F32, Shape.of(1));
        if (wide > 0) {
            caches.forEach(one -> lost.add(pool.zeros(DType.F32, Shape.of(wide, cache.dim(1), cache.dim(2)))));
        }
    }

    void make(CacheChange.Average change) {
        int count = change.to().size();
        if (!lost.isEmpty() && count != lost.getFirst().shape().dim(0)) {
            throw new IllegalArgumentException("wide averages are of " + lost.getFirst().shape().dim(0) + " slots, not " + count);
        }
        Shape slots = Shape.of(count);
        pool.view(from, slots).write(integers(change.from()));
        pool.view(to, slots).write(integers(change.to()));
        keep.write(new float[] {(float) change.keep()});
        rest.write(new float[] {(float) (1 - change.keep())});
        if (change.first()) {
            lost.forEach(Tensor::zero);
        }
        bindings.computeIfAbsent(count, this::bind).forEach(Binding::run);
    }

    private List<Binding> bind(int count) {
        List<Binding> bound = new ArrayList<>();
        for (int i = 0; i < caches.size(); i++) {
            Binding binding = pool.own(average.bind())
                    .inPlace(AverageGraph.CACHE, AverageGraph.CACHE_UPDATED, caches.get(i))
                    .input(AverageGraph.FROM, pool.view(from, Shape.of(count)))
                    .input(AverageGraph.TO, pool.view(to, Shape.of(count)))
                    .input(AverageGraph.WRITTEN_SLOTS, pool.view(to, Shape.of(count, 1)))
                    .input(AverageGraph.KEEP, keep)
                    .input(AverageGraph.REST, rest);
            if (!lost.isEmpty()) {
                binding.inPlace(AverageGraph.LOST, AverageGraph.LOST_UPDATED, lost.get(i));
            }
            bound.add(binding);
        }
        return bound;
    }

    private static MemorySegment integers(List<Integer> numbers) {
        return MemorySegment.ofArray(numbers.stream().mapToLong(Integer::longValue).toArray());
    }
}
