package dev.caravan.inference.wan;

import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.CheckpointFile;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.tensor.DType;
import java.nio.file.Path;
import java.util.Random;

/** Checkpoints of transformers that nobody trained. */
final class TestWeights {

    private TestWeights() {}

    /** All zeros, of any size, on no disk space: the file is one hole behind its header. */
    static Weights zeros(Path file, TransformerConfig config, DType dtype) throws CheckpointException {
        return GoldenTransformer.weights(CheckpointFile.sparse(file, dtype, TransformerWeights.required(config)));
    }

    /** F32 numbers of a size that keeps activations near 1. */
    static Weights random(Path file, TransformerConfig config, long seed) throws CheckpointException {
        Random random = new Random(seed);
        double scale = 1 / Math.sqrt(config.dim());
        return GoldenTransformer.weights(CheckpointFile.of(file, TransformerWeights.required(config), (name, shape) -> {
            float[] numbers = new float[(int) shape.elements()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (float) (random.nextGaussian() * scale);
            }
            return numbers;
        }));
    }
}
