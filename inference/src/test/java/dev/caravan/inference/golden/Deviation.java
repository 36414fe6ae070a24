package dev.caravan.inference.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** How far numbers are from those recorded. */
public final class Deviation {

    private Deviation() {}

    /** Fails when max|actual - expected| exceeds {@code tolerance} · max|expected|, or any number is none. */
    public static void relative(String what, float[] expected, float[] actual, double tolerance) {
        within(what, expected, actual, tolerance * largest(expected));
    }

    /** Fails when max|actual - expected| exceeds {@code tolerance}. */
    public static void within(String what, float[] expected, float[] actual, double tolerance) {
        assertEquals(expected.length, actual.length, what + ": how many numbers");
        double worst = 0;
        int at = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs((double) expected[i] - actual[i]);
            if (!(difference <= worst)) {
                worst = difference;
                at = i;
                if (Double.isNaN(difference)) {
                    break;
                }
            }
        }
        int index = at;
        double found = worst;
        assertTrue(found <= tolerance,
                () -> what + ": off by " + found + " (allowed " + tolerance + ") at " + index + ": " + expected[index] + " expected, "
                        + actual[index] + " found");
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
