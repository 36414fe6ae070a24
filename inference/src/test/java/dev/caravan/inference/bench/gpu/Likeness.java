package dev.caravan.inference.bench.gpu;

import dev.caravan.inference.bench.FigureTable;

/**
 * How near two results are.
 *
 * @param cosine   1 for the same direction
 * @param relative root mean square of the differences over that of the reference
 * @param finite   whether all numbers are
 */
record Likeness(double cosine, double relative, boolean finite) {

    static Likeness of(float[] reference, float[] actual) {
        double dot = 0;
        double ours = 0;
        double theirs = 0;
        double difference = 0;
        boolean finite = actual.length == reference.length;
        for (int i = 0; i < Math.min(actual.length, reference.length); i++) {
            dot += (double) reference[i] * actual[i];
            ours += (double) actual[i] * actual[i];
            theirs += (double) reference[i] * reference[i];
            difference += ((double) actual[i] - reference[i]) * ((double) actual[i] - reference[i]);
            finite &= Float.isFinite(actual[i]);
        }
        return new Likeness(dot / Math.sqrt(ours * theirs), Math.sqrt(difference / theirs), finite);
    }

    /** @throws Check.Failed when the cosine is below {@code least} or a number is not finite */
    String atLeast(double least) throws Check.Failed {
        Check.require(finite, "not all numbers are finite, or not as many as wanted");
        Check.require(cosine >= least, this + ", wanted at least " + least);
        return toString();
    }

    @Override
    public String toString() {
        return "cosine %.6f, rms error %s %%".formatted(cosine, FigureTable.number(100 * relative));
    }
}
