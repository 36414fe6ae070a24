package dev.caravan.bench;

import java.util.Arrays;

/** Sorted figures to take percentiles of (nearest rank). */
record Percentiles(double[] sorted) {

    static Percentiles of(double[] figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        return new Percentiles(sorted);
    }

    /** Not a number when there are no figures. */
    double at(int percent) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int rank = (int) Math.ceil(percent / 100.0 * sorted.length);
        return sorted[Math.max(0, rank - 1)];
    }

    double p50() {
        return at(50);
    }

    double p95() {
        return at(95);
    }

    int count() {
        return sorted.length;
    }
}
