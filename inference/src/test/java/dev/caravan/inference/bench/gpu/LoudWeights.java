package dev.caravan.inference.bench.gpu;

import dev.caravan.inference.bench.RandomWeights;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Random weights of blocks whose gates are about one. Where they are as small as those of {@link RandomWeights}, hardly anything of what
 * attention made arrives at the end, and a check of it would pass whatever it made.
 */
final class LoudWeights {

    private static final String MODULATION = "modulation";

    private LoudWeights() {}

    /** All of them in one file. */
    static Checkpoint write(Path file, Map<String, Shape> shapes) throws CheckpointException {
        Map<String, Shape> renamed = new LinkedHashMap<>();
        // The name of a norm's scale is one of numbers about one.
        shapes.forEach((name, shape) -> renamed.put(name.endsWith(MODULATION) ? name + ".norm.weight" : name, shape));
        Checkpoint written = RandomWeights.write(file, DType.BF16, renamed);
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (String name : shapes.keySet()) {
            tensors.put(name, written.get(name.endsWith(MODULATION) ? name + ".norm.weight" : name).named(name));
        }
        return new Checkpoint(written.path(), tensors);
    }

    static Weights weights(Path file, Map<String, Shape> shapes) throws CheckpointException {
        return Weights.of(write(file, shapes));
    }
}
