package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.KeyView;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** What {@link SparseBankKeyCache} wants to know: besides what its caches want, which slots are memory and which are the window. */
final class SparseBankInputs implements PassInputs {

    private final TensorPool pool;
    private final RotaryInputs cache;
    private final int heads;
    private final Tensor memorySlots;
    private final Tensor windowSlots;
    private KeyView written = new KeyView.Stored();

    SparseBankInputs(TensorPool pool, TransformerConfig config, LatentSize size, int capacity) {
        this.pool = pool;
        this.cache = new RotaryInputs(pool, config, size, capacity);
        this.heads = config.heads();
        memorySlots = pool.zeros(DType.I64, Shape.of(capacity));
        windowSlots = pool.zeros(DType.I64, Shape.of(capacity, heads));
    }

    @Override
    public void bind(Binding binding, CachePass pass) {
        KeyView.Sparse view = view(pass);
        if (view.memory().size() < SparseBankKeyCache.SEEN) {
            throw new IllegalArgumentException("a pass with " + view.memory().size() + " memory blocks where " + SparseBankKeyCache.SEEN
                    + " of them are chosen");
        }
        cache.bind(binding, pass);
        binding.input(SparseBankKeyCache.MEMORY_SLOTS, memory(view)).input(SparseBankKeyCache.WINDOW_SLOTS, window(view));
    }

    @Override
    public Object sizes(CachePass pass) {
        return List.of(cache.sizes(pass), view(pass).memory().size(), view(pass).window().size());
    }

    @Override
    public void write(CachePass pass) {
        cache.write(pass);
        KeyView.Sparse view = view(pass);
        if (!view.equals(written)) {
            memory(view).write(integers(view.memory(), 1));
            window(view).write(integers(view.window(), heads));
            written = view;
        }
    }

    private Tensor memory(KeyView.Sparse view) {
        return pool.view(memorySlots, Shape.of(view.memory().size()));
    }

    private Tensor window(KeyView.Sparse view) {
        return pool.view(windowSlots, Shape.of(view.window().size(), heads));
    }

    private static KeyView.Sparse view(CachePass pass) {
        if (pass.view() instanceof KeyView.Sparse sparse) {
            return sparse;
        }
        throw new IllegalArgumentException("a pass that sees slots as " + pass.view() + " names no memory blocks");
    }

    private static MemorySegment integers(List<Integer> numbers, int times) {
        long[] all = new long[numbers.size() * times];
        for (int i = 0; i < all.length; i++) {
            all[i] = numbers.get(i / times);
        }
        return MemorySegment.ofArray(all);
    }
}
