package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Adapter;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** With what strength one stream adds its model's adapters. Not thread-safe. */
final class AdapterStrengths {

    /** Smaller differences are none (spec lora.md §4). */
    private static final double LEAST_CHANGE = 1e-6;

    private final List<Adapter> adapters;
    private final List<Tensor> tensors = new ArrayList<>();
    private final double[] strengths;

    AdapterStrengths(List<Adapter> adapters, TensorPool pool) {
        this.adapters = adapters;
        strengths = adapters.stream().mapToDouble(Adapter::strength).toArray();
        for (Adapter adapter : adapters) {
            Tensor tensor = pool.zeros(DType.F32, Shape.of(1));
            tensor.write(new float[] {adapter.strength()});
            tensors.add(tensor);
        }
    }

    /** Ties them to a model; it has no input for an adapter that changes none of its layers. */
    void bind(Binding binding, OrtSession session) {
        for (int number = 0; number < tensors.size(); number++) {
            if (session.inputs().contains(Adapter.input(number))) {
                binding.input(Adapter.input(number), tensors.get(number));
            }
        }
    }

    /** Whether one is another than before. */
    boolean set(Map<String, Double> others) {
        boolean changed = false;
        for (int number = 0; number < strengths.length; number++) {
            double wanted = others.getOrDefault(adapters.get(number).name(), strengths[number]);
            if (Math.abs(wanted - strengths[number]) >= LEAST_CHANGE) {
                strengths[number] = wanted;
                tensors.get(number).write(new float[] {(float) wanted});
                changed = true;
            }
        }
        return changed;
    }
}
