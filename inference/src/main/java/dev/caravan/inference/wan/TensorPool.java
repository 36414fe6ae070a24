package dev.caravan.inference.wan;

import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Owned;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.HashMap;
import java.util.Map;

/**
 * The tensors of one stream: each is allocated once for its largest shape, and seen under smaller ones at the same address. Closing frees
 * them all, views first. Not thread-safe.
 */
final class TensorPool implements AutoCloseable {

    private final Device device;
    private final Owned owned = new Owned();
    private final Map<Tensor, Map<Shape, Tensor>> views = new HashMap<>();
    private final Map<Tensor, Map<Integer, Tensor>> slices = new HashMap<>();

    TensorPool(Device device) {
        this.device = device;
    }

    Tensor zeros(DType dtype, Shape shape) {
        return own(device.zeros(dtype, shape));
    }

    /** The first elements of a tensor under another shape; the same tensor for the same shape. */
    Tensor view(Tensor whole, Shape prefix) {
        return views.computeIfAbsent(whole, tensor -> new HashMap<>()).computeIfAbsent(prefix, shape -> own(whole.view(shape)));
    }

    /** One of the equal parts that a tensor consists of, under a shape of as many elements; the same tensor for the same part. */
    Tensor slice(Tensor whole, int number, Shape part) {
        return slices.computeIfAbsent(whole, tensor -> new HashMap<>())
                .computeIfAbsent(number, n -> own(whole.view(n * part.elements(), part)));
    }

    /** Closes something before everything that was made so far. */
    <T extends AutoCloseable> T own(T resource) {
        return owned.keep(resource);
    }

    @Override
    public void close() {
        owned.close();
    }
}
