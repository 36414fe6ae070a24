package dev.caravan.inference.wan.umt5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelativePositionsTest {

    @ParameterizedTest
    @CsvSource({"0,0", "7,7", "8,8", "11,8", "12,9", "15,9", "16,10", "22,10", "23,11", "31,11", "32,12", "45,12", "46,13", "63,13", "64,14",
        "90,14", "91,15", "128,15", "100000,15"})
    void bucketsWidenWithTheDistance(int distance, int bucket) {
        assertEquals(bucket, RelativePositions.bucket(-distance, 32, 128));
        assertEquals(distance == 0 ? 0 : 16 + bucket, RelativePositions.bucket(distance, 32, 128));
    }

    @Test
    void aRowIsAQueryAndAColumnAKey() {
        assertArrayEquals(new long[] {0, 17, 18, 1, 0, 17, 2, 1, 0}, RelativePositions.matrix(3, 32, 128));
        assertArrayEquals(new long[] {0}, RelativePositions.matrix(1, 32, 128));
    }
}
