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

    /** As {@link #relative}, where numbers of less than one may be off by {@code tolerance} too. */
    public static void ofOutputs(String what, float[] expected, float[] actual, double tolerance) {
        within(what, expected, actual, tolerance * Math.max(1, largest(expected)));
    }

    /** Fails when a number drawn from a standard normal is off by more than 1e-6, or 2e-6 for one beyond three. */
    public static void ofNormals(String what, float[] expected, float[] actual) {
        float[] scaled = expected.clone();
        float[] found = actual.clone();
        for (int i = 0; i < Math.min(scaled.length, found.length); i++) {
            if (Math.abs(expected[i]) > 3) {
                scaled[i] /= 2;
                found[i] /= 2;
            }
        }
        within(what, scaled, found, 1e-6);
    }

    /** Fails when a number is none of bf16, or is neither the expected one nor next to it there. */
    public static void ofBf16(String what, float[] expected, float[] actual) {
        assertEquals(expected.length, actual.length, what + ": how many numbers");
        for (int i = 0; i < actual.length; i++) {
            assertEquals(0, Float.floatToRawIntBits(actual[i]) & 0xFFFF, what + ": not a bf16 number: " + actual[i]);
            float ulp = Math.ulp(expected[i]) * 0x1p16f;
            assertTrue(Math.abs(expected[i] - actual[i]) <= ulp, what + " at " + i + ": " + expected[i] + " expected, " + actual[i] + " found");
        }
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
