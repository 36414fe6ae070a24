package dev.caravan.inference.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The eight-bit floating-point type of 4 exponent and 3 mantissa bits. */
class NarrowTest {

    @Test
    void everyValueKeepsItsBits() {
        for (int bits = 0; bits < 256; bits++) {
            assertEquals((byte) bits, Narrow.toE4m3(Narrow.fromE4m3((byte) bits)), "bits " + bits);
        }
    }

    @Test
    void everyNumberBecomesItsNearestNeighbour() {
        for (int bits = 0; bits < 0x7E; bits++) {
            float low = Narrow.fromE4m3((byte) bits);
            float high = Narrow.fromE4m3((byte) (bits + 1));
            float middle = (low + high) / 2;
            assertEquals(low, Narrow.fromE4m3(Narrow.toE4m3(Math.nextDown(middle))));
            assertEquals(high, Narrow.fromE4m3(Narrow.toE4m3(Math.nextUp(middle))));
            // Of two that are as near, the one whose last bit is 0.
            assertEquals(bits % 2 == 0 ? low : high, Narrow.fromE4m3(Narrow.toE4m3(middle)), "between " + low + " and " + high);
            assertEquals(bits % 2 == 0 ? -low : -high, Narrow.fromE4m3(Narrow.toE4m3(-middle)));
        }
    }

    @ParameterizedTest
    @CsvSource({"448, 448", "449, 448", "1e30, 448", "Infinity, 448", "-Infinity, -448", "1e-30, 0"})
    void whatIsTooLargeBecomesTheLargest(float value, float expected) {
        assertEquals(expected, Narrow.fromE4m3(Narrow.toE4m3(value)));
    }

    @Test
    void whatIsNoNumberStaysNone() {
        assertTrue(Float.isNaN(Narrow.fromE4m3(Narrow.toE4m3(Float.NaN))));
    }
}
