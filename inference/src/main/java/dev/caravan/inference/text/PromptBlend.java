package dev.caravan.inference.text;

import java.util.Iterator;
import java.util.List;

/** Mixtures of prompt embeddings (spec text-encoder §6), in fp32 with norms and angles in fp64. Pure functions. */
public final class PromptBlend {

    private static final double SMALLEST_NORM = 1e-8;

    /**
     * Rows closer than this angle are mixed linearly. In fp32 the cosine of such an angle rounds to 1, the arc's formula becomes 0/0, and
     * the reference, which asks only whether all rows are that close, may lose the row; nobody wants that reproduced.
     */
    private static final double PARALLEL = 1e-4;

    private PromptBlend() {}

    /**
     * One embedding of several. Weights are divided by their sum; when that is not positive all weigh the same. Only two prompts can be
     * blended along the arc, any other number is blended linearly.
     *
     * @param embeddings at least one, all of one shape; asked for once, one after the other, so that not all need be in memory at once
     * @param weights    one per embedding
     */
    public static PromptEmbedding blend(Iterable<PromptEmbedding> embeddings, List<Double> weights, Interpolation method) {
        double[] shares = shares(weights);
        Iterator<PromptEmbedding> each = embeddings.iterator();
        if (method == Interpolation.SLERP && shares.length == 2) {
            return slerp(each.next(), each.next(), shares[1]);
        }
        return weightedSum(each, shares);
    }

    /**
     * The way from {@code source} (t = 0) to {@code target} (t = 1).
     */
    public static PromptEmbedding between(PromptEmbedding source, PromptEmbedding target, double t, Interpolation method) {
        return method == Interpolation.SLERP ? slerp(source, target, t) : lerp(source, target, t);
    }

    /** The Euclidean norm of the difference, over the whole tensors. */
    public static double distance(PromptEmbedding a, PromptEmbedding b) {
        checkSameShape(a, b);
        double sum = 0;
        for (int i = 0; i < a.values().length; i++) {
            double difference = (double) a.values()[i] - b.values()[i];
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }

    private static double[] shares(List<Double> weights) {
        double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
        return sum > 0 ? weights.stream().mapToDouble(weight -> weight / sum).toArray()
                : weights.stream().mapToDouble(_ -> 1.0 / weights.size()).toArray();
    }

    /** The sum, brought to the mean of the norms: a mixture of different directions is shorter than its parts. */
    private static PromptEmbedding weightedSum(Iterator<PromptEmbedding> embeddings, double[] shares) {
        PromptEmbedding first = embeddings.next();
        float[] out = new float[first.values().length];
        double wantedNorm = 0;
        for (int prompt = 0; prompt < shares.length; prompt++) {
            PromptEmbedding embedding = prompt == 0 ? first : embeddings.next();
            checkSameShape(first, embedding);
            float share = (float) shares[prompt];
            for (int i = 0; i < out.length; i++) {
                out[i] += share * embedding.values()[i];
            }
            wantedNorm += share * norm(embedding.values(), 0, out.length);
        }
        double norm = norm(out, 0, out.length);
        if (norm > SMALLEST_NORM) {
            float scale = (float) (wantedNorm / norm);
            for (int i = 0; i < out.length; i++) {
                out[i] *= scale;
            }
        }
        return new PromptEmbedding(first.rows(), first.width(), out);
    }

    private static PromptEmbedding lerp(PromptEmbedding a, PromptEmbedding b, double t) {
        checkSameShape(a, b);
        float[] out = new float[a.values().length];
        mix(a.values(), 1 - t, b.values(), t, out, 0, out.length);
        return new PromptEmbedding(a.rows(), a.width(), out);
    }

    private static PromptEmbedding slerp(PromptEmbedding a, PromptEmbedding b, double t) {
        checkSameShape(a, b);
        float[] out = new float[a.values().length];
        for (int row = 0; row < a.rows(); row++) {
            int from = row * a.width();
            int to = from + a.width();
            double angle = angle(a.values(), b.values(), from, to);
            if (angle < PARALLEL) {
                mix(a.values(), 1 - t, b.values(), t, out, from, to);
            } else {
                double sin = Math.sin(angle) + SMALLEST_NORM;
                mix(a.values(), Math.sin((1 - t) * angle) / sin, b.values(), Math.sin(t * angle) / sin, out, from, to);
            }
        }
        return new PromptEmbedding(a.rows(), a.width(), out);
    }

    /** Between two rows, radians. A row of zeros is at a right angle to everything; its mixture is zeros again. */
    private static double angle(float[] a, float[] b, int from, int to) {
        double dot = 0;
        for (int i = from; i < to; i++) {
            dot += (double) a[i] * b[i];
        }
        // The reference adds 1e-8 to each norm. In fp32 that vanishes unless the norm does; in fp64 it would keep parallel rows apart.
        double norms = norm(a, from, to) * norm(b, from, to);
        return norms == 0 ? Math.PI / 2 : Math.acos(Math.clamp(dot / norms, -1.0, 1.0));
    }

    private static void mix(float[] a, double shareOfA, float[] b, double shareOfB, float[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            out[i] = (float) (shareOfA * a[i] + shareOfB * b[i]);
        }
    }

    private static double norm(float[] values, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += (double) values[i] * values[i];
        }
        return Math.sqrt(sum);
    }

    private static void checkSameShape(PromptEmbedding a, PromptEmbedding b) {
        if (a.rows() != b.rows() || a.width() != b.width()) {
            throw new IllegalArgumentException(
                    "embeddings of different shapes: " + a.rows() + "x" + a.width() + " and " + b.rows() + "x" + b.width());
        }
    }
}
