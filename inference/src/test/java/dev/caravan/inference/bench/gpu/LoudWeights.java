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
 * Random weights of blocks whose gates are about one and whose self-attention is louder than all else. Where they are as small as those of
 * {@link RandomWeights}, hardly anything of what attention made arrives at the end, and a check of it would pass whatever it made.
 */
final class LoudWeights {

    private LoudWeights() {}

    /** All of them in one file. */
    static Checkpoint write(Path file, Map<String, Shape> shapes) throws CheckpointException {
        Map<String, Shape> stored = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> stored.put(stored(name), shape));
        Checkpoint written = RandomWeights.write(file, DType.BF16, stored);
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (String name : shapes.keySet()) {
            tensors.put(name, written.get(stored(name)).named(name));
        }
        return new Checkpoint(written.path(), tensors);
    }

    /** A name that gets numbers about one, or of that size. */
    private static String stored(String name) {
        if (name.endsWith("modulation")) {
            return name + ".norm.weight";
        }
        return name.endsWith("self_attn.o.weight") ? "token_embedding." + name : name;
    }

    static Weights weights(Path file, Map<String, Shape> shapes) throws CheckpointException {
        return Weights.of(write(file, shapes));
    }
}
