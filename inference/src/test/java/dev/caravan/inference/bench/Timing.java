package dev.caravan.inference.bench;

import java.util.Arrays;
import java.util.Collection;
import java.util.concurrent.Callable;

/** Milliseconds by the clock on the wall. */
public final class Timing {

    private Timing() {}

    /** Once. */
    public static double of(Callable<?> work) throws Exception {
        long start = System.nanoTime();
        work.call();
        return (System.nanoTime() - start) / 1e6;
    }

    /** The median of several times, after one that does not count. */
    public static double median(int times, Callable<?> work) throws Exception {
        work.call();
        double[] millis = new double[times];
        for (int i = 0; i < times; i++) {
            millis[i] = of(work);
        }
        return median(millis);
    }

    public static double median(Collection<Double> values) {
        return median(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
