package dev.caravan.inference.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.inference.diffusion.PhiloxNoise.Grid;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PhiloxNoiseTest {

    @Test
    void theseAreTheNumbersPublishedForCuda() {
        PhiloxNoise noise = new PhiloxNoise(42);
        assertArrayEquals(new float[] {0.1940f, 2.1614f, -0.1721f, 0.8491f, -1.9244f, 0.6530f}, noise.normals(6), 5e-5f);
        assertArrayEquals(new float[] {0.1391f, -0.1082f, -0.7174f}, noise.normals(3), 5e-5f);
    }

    @Test
    void theWordsAreThoseOfThePublishedTestVectors() {
        int[] words = new int[4];
        Philox.words(0, 0, 0, words);
        assertArrayEquals(new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, words);
        Philox.words(-1, -1, -1, words);
        assertArrayEquals(new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, words);
    }

    @Test
    void aGeneratorGoesOnFromAnyOffset() {
        PhiloxNoise whole = new PhiloxNoise(7);
        whole.normals(100);
        float[] second = whole.normals(100);
        assertEquals(8, whole.offset());
        assertArrayEquals(second, new PhiloxNoise(7, 4, Grid.HOPPER).normals(100));
    }

    @Test
    void drawingNothingMovesNothing() {
        PhiloxNoise noise = new PhiloxNoise(1);
        assertEquals(0, noise.normals(0).length);
        assertEquals(0, noise.offset());
    }

    @Test
    void aSmallGridDrawsSeveralNumbersPerThread() {
        Grid small = new Grid(1, 1);
        PhiloxNoise noise = new PhiloxNoise(42, 0, small);
        float[] numbers = noise.normals(2500);
        // 256 threads, 4 numbers each: three passes.
        assertEquals(12, noise.offset());
        assertArrayEquals(new PhiloxNoise(42).normals(256), Arrays.copyOf(numbers, 256));
        assertArrayEquals(new PhiloxNoise(42, 4, small).normals(256), Arrays.copyOfRange(numbers, 1024, 1280));
        double sum = 0;
        double squares = 0;
        for (float number : numbers) {
            sum += number;
            squares += number * number;
        }
        assertEquals(0, sum / numbers.length, 0.1);
        assertEquals(1, squares / numbers.length, 0.1);
    }

    @Test
    void chunksHaveSeedsOfTheirOwn() {
        assertArrayEquals(new PhiloxNoise(45).normals(8), PhiloxNoise.forChunk(42, 3).normals(8));
    }

    @Test
    void anOffsetBetweenCountersIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new PhiloxNoise(1, 2, Grid.HOPPER));
        assertThrows(IllegalArgumentException.class, () -> new Grid(0, 8));
    }
}
