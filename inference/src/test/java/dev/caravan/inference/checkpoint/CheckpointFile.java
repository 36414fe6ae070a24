package dev.caravan.inference.checkpoint;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;

/** Checkpoints of networks that nobody trained, as safetensors files. */
public final class CheckpointFile {

    private CheckpointFile() {}

    /** A file of zeros that takes no room on disk. */
    public static Checkpoint sparse(Path path, DType dtype, Map<String, Shape> shapes) throws CheckpointException {
        TensorFile file = new TensorFile();
        shapes.forEach((name, shape) -> file.addHole(name, dtype, shape));
        return Checkpoint.open(file.write(path));
    }

    /** A file of fp32 numbers. */
    public static Checkpoint of(Path path, Map<String, Shape> shapes, BiFunction<String, Shape, float[]> values)
            throws CheckpointException {
        TensorFile file = new TensorFile();
        shapes.forEach((name, shape) -> file.add(name, DType.F32, shape, values.apply(name, shape)));
        return Checkpoint.open(file.write(path));
    }

    /** A network whose numbers stay near one from layer to layer: the more inputs an output has, the smaller its weights. */
    public static float[] random(String name, Shape shape) {
        Random random = new Random(name.hashCode());
        float[] values = new float[(int) shape.elements()];
        double inputs = shape.rank() < 2 ? 1 : (double) shape.elements() / shape.dim(0);
        for (int i = 0; i < values.length; i++) {
            float unit = random.nextFloat();
            values[i] = name.endsWith("gamma") ? 0.5f + unit : (2 * unit - 1) * (float) Math.sqrt(2 / inputs);
        }
        return values;
    }
}
