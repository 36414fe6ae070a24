package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.CacheChange;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Does what happens to the slots of one stream's caches between passes. Runs on the device's thread. */
final class CacheChanges {

    private final TensorPool pool;
    /** Keys and values of all blocks. */
    private final List<Tensor> caches;
    private final Shape slot;
    private final Optional<CacheAverages> averages;
    private final Optional<BankCompression.Stream> compression;
    private boolean promptSeen;

    /**
     * @param keys        [capacity,f,D] of each block, or as many numbers and more under another shape
     * @param values      as keys
     * @param slot        [f,D]
     * @param compression for streams whose caches are ever compressed
     */
    CacheChanges(
            Transformer transformer,
            TensorPool pool,
            List<Tensor> keys,
            List<Tensor> values,
            Shape slot,
            Optional<BankCompression.Stream> compression) {
        this.pool = pool;
        this.slot = slot;
        this.compression = compression;
        caches = Stream.concat(keys.stream(), values.stream()).toList();
        averages = transformer.average().map(average -> new CacheAverages(average, pool, caches, transformer.wideAverages()));
    }

    /** Until a denoise step has seen it, a prompt says nothing about what to keep: the reference has no keys of it yet. */
    void promptSeen(boolean seen) {
        promptSeen = seen;
    }

    void make(CacheChange change) {
        switch (change) {
            case CacheChange.Copy copy -> copy(copy);
            case CacheChange.Average average -> averages
                    .orElseThrow(() -> new UnsupportedOperationException("the caches of this network are not averaged")).make(average);
            case CacheChange.Clear clear -> clear.slots().forEach(slot -> caches.forEach(cache -> slot(cache, slot).zero()));
            case CacheChange.Compress compress -> compress(compress);
        }
    }

    private void copy(CacheChange.Copy copy) {
        for (Tensor cache : caches) {
            for (int i = 0; i < copy.from().size(); i++) {
                slot(cache, copy.to().get(i)).copyFrom(slot(cache, copy.from().get(i)));
            }
        }
    }

    private void compress(CacheChange.Compress compress) {
        if (promptSeen) {
            compression.orElseThrow(() -> new UnsupportedOperationException("" + compress)).run(compress);
        } else {
            // To a prompt of zeros all blocks are alike, and the first ones stay.
            copy(new CacheChange.Copy(List.of(compress.newer()), List.of(compress.bank().getLast())));
        }
    }

    private Tensor slot(Tensor cache, int number) {
        return pool.slice(cache, number, slot);
    }
}
