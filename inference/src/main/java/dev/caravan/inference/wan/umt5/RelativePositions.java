package dev.caravan.inference.wan.umt5;

/**
 * Buckets of relative positions as T5 has them: one for each small distance, then ever wider ones, for each direction (spec
 * text-encoder.md §2).
 */
final class RelativePositions {

    private RelativePositions() {}

    /**
     * The bucket of a key seen from a query.
     *
     * @param delta index of the key less that of the query
     */
    static int bucket(int delta, int buckets, int maxDistance) {
        int half = buckets / 2;
        int exact = half / 2;
        int direction = delta > 0 ? half : 0;
        int distance = Math.abs(delta);
        if (distance < exact) {
            return direction + distance;
        }
        // In single precision, like the reference: a bucket begins where its rounded logarithm says.
        float octaves = (float) Math.log((float) distance / exact) / (float) Math.log((double) maxDistance / exact);
        return direction + Math.min(half - 1, exact + (int) (octaves * (half - exact)));
    }

    /** The buckets of every key seen from every query, [tokens,tokens] row-major. */
    static long[] matrix(int tokens, int buckets, int maxDistance) {
        long[] matrix = new long[Math.multiplyExact(tokens, tokens)];
        long[] byDelta = new long[2 * tokens - 1];
        for (int i = 0; i < byDelta.length; i++) {
            byDelta[i] = bucket(i - (tokens - 1), buckets, maxDistance);
        }
        for (int query = 0; query < tokens; query++) {
            System.arraycopy(byDelta, tokens - 1 - query, matrix, query * tokens, tokens);
        }
        return matrix;
    }
}
