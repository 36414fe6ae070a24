package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.CacheChange;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.Shape;
import java.util.List;

/** Does what happens to the slots of one stream's caches between passes. Runs on the device's thread. */
final class CacheChanges {

    private final TensorPool pool;
    private final List<Tensor> keys;
    private final List<Tensor> values;
    private final Shape slot;

    /**
     * @param keys   [capacity,f,D] of each block, or as many numbers and more under another shape
     * @param values as keys
     * @param slot   [f,D]
     */
    CacheChanges(TensorPool pool, List<Tensor> keys, List<Tensor> values, Shape slot) {
        this.pool = pool;
        this.keys = keys;
        this.values = values;
        this.slot = slot;
    }

    void make(CacheChange change) {
        switch (change) {
            case CacheChange.Copy copy -> copy(copy);
            case CacheChange.Clear clear -> clear(clear);
            case CacheChange.Average average -> throw new UnsupportedOperationException("" + average);
            case CacheChange.Compress compress -> throw new UnsupportedOperationException("" + compress);
        }
    }

    private void copy(CacheChange.Copy copy) {
        for (List<Tensor> caches : List.of(keys, values)) {
            for (Tensor cache : caches) {
                for (int i = 0; i < copy.from().size(); i++) {
                    slot(cache, copy.to().get(i)).copyFrom(slot(cache, copy.from().get(i)));
                }
            }
        }
    }

    private void clear(CacheChange.Clear clear) {
        for (List<Tensor> caches : List.of(keys, values)) {
            for (Tensor cache : caches) {
                clear.slots().forEach(number -> slot(cache, number).zero());
            }
        }
    }

    private Tensor slot(Tensor cache, int number) {
        return pool.slice(cache, number, slot);
    }
}
