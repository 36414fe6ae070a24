package dev.caravan.inference.wan.umt5;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.TensorFile;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Checkpoints of encoders for tests. */
final class Umt5Files {

    static final Umt5Config TINY = new Umt5Config(50, 32, 16, 40, 2, 2, 8, 32);

    private Umt5Files() {}

    /** Seeded noise in fp32. */
    static Checkpoint noise(Path path, Umt5Config config) throws CheckpointException {
        return noise(path, Umt5Weights.required(config));
    }

    static Checkpoint noise(Path path, Map<String, Shape> tensors) throws CheckpointException {
        Random random = new Random(7);
        TensorFile file = new TensorFile();
        new LinkedHashMap<>(tensors).forEach((name, shape) -> {
            float[] values = new float[(int) shape.elements()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian() * 0.3f;
            }
            file.add(name, DType.F32, shape, values);
        });
        return Checkpoint.open(file.write(path));
    }

    /** As the published file: linears in fp8, all others in bf16; a hole that takes no room on the disk. */
    static Checkpoint hole(Path path, Umt5Config config) throws CheckpointException {
        TensorFile file = new TensorFile();
        Umt5Weights.required(config).forEach((name, shape) -> {
            boolean linear = name.contains(".attn.") || name.contains(".ffn.");
            file.addHole(name, linear ? DType.F8_E4M3 : DType.BF16, shape);
        });
        return Checkpoint.open(file.write(path));
    }
}
