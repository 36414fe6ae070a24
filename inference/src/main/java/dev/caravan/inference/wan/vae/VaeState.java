package dev.caravan.inference.wan.vae;

import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Owned;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the steps of one direction of one stream leave for the next: tensors that stay on the device. */
final class VaeState implements AutoCloseable {

    private final Owned owned = new Owned();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    /** Zeros for all states of these steps. */
    VaeState(Device device, DType dtype, List<VaeGraph> steps) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        steps.forEach(step -> {
            shapes.putAll(step.reads());
            shapes.putAll(step.writes());
        });
        try {
            shapes.forEach((name, shape) -> tensors.put(name, owned.keep(device.zeros(dtype, shape))));
        } catch (RuntimeException e) {
            owned.close();
            throw e;
        }
    }

    Tensor tensor(String name) {
        return tensors.get(name);
    }

    /** By name of the layer. */
    Map<String, Tensor> tensors() {
        return tensors;
    }

    void zero() {
        tensors.values().forEach(Tensor::zero);
    }

    @Override
    public void close() {
        owned.close();
    }
}
