package dev.caravan.inference.tiny;

import dev.caravan.inference.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.CRC32;

/**
 * Numbers for a weight by its name: the same for the same seed, and of a size that keeps activations near one, so that nothing
 * overflows or dies out on the way through a network.
 */
final class RandomWeights {

    private final long seed;

    RandomWeights(long seed) {
        this.seed = seed;
    }

    float[] of(String name, Shape shape) {
        Random random = random(name);
        float[] values = new float[Math.toIntExact(shape.elements())];
        if (isScale(name, shape)) {
            for (int i = 0; i < values.length; i++) {
                values[i] = 0.8f + 0.4f * random.nextFloat();
            }
            return values;
        }
        double deviation = deviation(name, shape);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return values;
    }

    private Random random(String name) {
        CRC32 digest = new CRC32();
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        return new Random(seed * 0x9E3779B97F4A7C15L ^ digest.getValue());
    }

    private static boolean isScale(String name, Shape shape) {
        return name.endsWith("gamma") || name.matches(".*\\bnorm\\w*\\.weight") && shape.rank() == 1;
    }

    private static double deviation(String name, Shape shape) {
        if (shape.rank() < 2) {
            return 0.02;
        }
        if (name.endsWith("modulation")) {
            return 0.1;
        }
        if (name.startsWith("token_embedding") || name.contains("pos_embedding")) {
            return 1;
        }
        // Fan-in: inputs that are summed for one output.
        return 1 / Math.sqrt((double) shape.elements() / shape.dim(0));
    }
}
