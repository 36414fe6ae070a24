package dev.caravan.inference.tiny;

import dev.caravan.inference.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;

/**
 * The numbers of a tensor by its name: the same for the same seed, and of a size that keeps activations near one, so that nothing overflows
 * or dies out on the way through a network.
 *
 * @param seed    of the whole set
 * @param network so that networks with the same names get different numbers
 */
record RandomWeights(long seed, String network, NetworkKind kind) {

    float[] of(String name, Shape shape) {
        double gain = kind.gain(name);
        double mean = kind.mean(name);
        float[] values = new float[Math.toIntExact(shape.elements())];
        Random random = random(name);
        if (isScale(name, shape)) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (gain * (0.8 + 0.4 * random.nextFloat()));
            }
            return values;
        }
        double deviation = gain * deviation(name, shape);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (mean + deviation * random.nextGaussian());
        }
        return values;
    }

    private Random random(String name) {
        CRC32 digest = new CRC32();
        digest.update((network + "/" + name).getBytes(StandardCharsets.UTF_8));
        return new Random(seed * 0x9E3779B97F4A7C15L ^ digest.getValue());
    }

    /** What a normalised vector is multiplied with. */
    private static boolean isScale(String name, Shape shape) {
        boolean norm = Arrays.stream(name.split("\\.")).anyMatch(part -> part.startsWith("norm"));
        return name.endsWith(".gamma") || norm && name.endsWith(".weight") && shape.rank() == 1;
    }

    private static double deviation(String name, Shape shape) {
        if (name.endsWith(".bias")) {
            return 0.02;
        }
        if (name.endsWith("modulation")) {
            return 0.3;
        }
        if (name.endsWith("embedding.weight") && shape.rank() == 2) {
            // A table of rows of which one is looked up.
            return 1;
        }
        // As many products are summed for one number of the result.
        return 1 / Math.sqrt((double) shape.elements() / shape.dim(0));
    }
}
