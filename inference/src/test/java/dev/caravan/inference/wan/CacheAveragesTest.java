package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.inference.diffusion.CacheChange;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.nn.CudaKernels;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.ort.TransferCount;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Narrow;
import dev.caravan.inference.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The averages of slots, number by number: in F32, as published in bf16, and in bf16 with wide averages. */
class CacheAveragesTest {

    private static final TransformerConfig CONFIG = new TransformerConfig(8, 8, 2, 1, 8, 8, 4, 1e-6f);
    private static final LatentSize SIZE = new LatentSize(4, 6);
    private static final int SLOTS = 5;
    private static final Shape CACHE = Shape.of(SLOTS, SIZE.tokens(), CONFIG.dim());
    private static final int PER_SLOT = SIZE.tokens() * CONFIG.dim();
    private static final double KEEP = 0.999;
    /** As Python makes it of 0.999, before it becomes a float. */
    private static final float REST = (float) (1 - KEEP);

    private final Random random = new Random(4);

    @Test
    void inF32ItIsTheFormula() {
        float[] numbers = numbers(1, DType.F32);
        float[] expected = numbers.clone();
        average(expected, 4, 0, (to, from) -> (float) KEEP * to + REST * from);
        average(expected, 2, 1, (to, from) -> (float) KEEP * to + REST * from);
        assertArrayEquals(expected, run(DType.F32, 0, numbers, change(true, 4, 2)), 1e-7f);
    }

    @Test
    void inBf16EachProductAndTheSumAreRounded() {
        float[] numbers = numbers(100, DType.BF16);
        float[] expected = numbers.clone();
        for (int time = 0; time < 3; time++) {
            average(expected, 4, 0, CacheAveragesTest::rounded);
            average(expected, 2, 1, CacheAveragesTest::rounded);
        }
        CacheChange.Average again = change(true, 4, 2);
        assertArrayEquals(expected, run(DType.BF16, 0, numbers, again, again, again));
    }

    @Test
    void inBf16TheSinkIsAlmostFrozen() {
        float[] numbers = new float[SLOTS * PER_SLOT];
        Arrays.fill(numbers, 0, 2 * PER_SLOT, 1);
        Arrays.fill(numbers, 2 * PER_SLOT, numbers.length, 2);
        float[] after = run(DType.BF16, 0, numbers, times(200));
        assertEquals(1, after[0]);
    }

    @Test
    void wideAveragesMoveThoughSlotsAreNarrow() {
        float[] numbers = numbers(1, DType.BF16);
        float[] expected = numbers.clone();
        for (int time = 0; time < 200; time++) {
            average(expected, 4, 0, (to, from) -> (float) KEEP * to + REST * from);
            average(expected, 2, 1, (to, from) -> (float) KEEP * to + REST * from);
        }
        for (int i = 0; i < expected.length; i++) {
            expected[i] = Narrow.roundToBf16(expected[i]);
        }
        assertArrayEquals(expected, run(DType.BF16, 2, numbers, times(200)));
    }

    @Test
    void whatWasLostCountsNoMoreOnceSlotsWereWrittenAgain() {
        float[] numbers = numbers(1, DType.BF16);
        float[] once = run(DType.BF16, 2, numbers, change(true, 4, 2));
        try (Stream stream = new Stream(DType.BF16, 2)) {
            stream.cache.write(numbers(3, DType.BF16));
            stream.averages.make(change(true, 4, 2));
            stream.cache.write(numbers);
            stream.averages.make(change(true, 4, 2));
            assertArrayEquals(once, stream.cache.floats());
        }
    }

    @Test
    void nothingButSlotNumbersAndSharesCrosses() {
        TransferCount transfers = Ort.cpu().transfers();
        try (Stream stream = new Stream(DType.F32, 0)) {
            long toHost = transfers.bytesToHost();
            long toDevice = transfers.bytesToDevice();
            long within = transfers.bytesWithinDevice();
            stream.averages.make(change(true, 4, 2));
            assertEquals(toHost, transfers.bytesToHost());
            assertEquals(2 * 2 * Long.BYTES + 2 * Float.BYTES, transfers.bytesToDevice() - toDevice);
            assertEquals(within, transfers.bytesWithinDevice());
        }
    }

    @Test
    void wideAveragesOfAnotherNumberOfSlotsAreRefused() {
        try (Stream stream = new Stream(DType.BF16, 3)) {
            assertThrows(IllegalArgumentException.class, () -> stream.averages.make(change(true, 4, 2)));
        }
    }

    @ParameterizedTest
    @CsvSource({"BF16, false", "BF16, true", "F32, false"})
    void cudaHasAKernelForEveryNode(DType type, boolean wide) {
        assertEquals(List.of(), CudaKernels.missing(AverageGraph.of(CONFIG, SIZE, type, wide, Provider.CUDA)));
    }

    private interface Average {
        float of(float to, float from);
    }

    private static float rounded(float to, float from) {
        return Narrow.roundToBf16(Narrow.roundToBf16((float) KEEP * to) + Narrow.roundToBf16(REST * from));
    }

    private static void average(float[] cache, int from, int to, Average average) {
        for (int i = 0; i < PER_SLOT; i++) {
            cache[to * PER_SLOT + i] = average.of(cache[to * PER_SLOT + i], cache[from * PER_SLOT + i]);
        }
    }

    /** Of two slots into the first two. */
    private static CacheChange.Average change(boolean first, int one, int two) {
        return new CacheChange.Average(List.of(one, two), List.of(0, 1), KEEP, first);
    }

    private static CacheChange.Average[] times(int count) {
        CacheChange.Average[] changes = new CacheChange.Average[count];
        for (int i = 0; i < count; i++) {
            changes[i] = change(i == 0, 4, 2);
        }
        return changes;
    }

    private float[] run(DType type, int wide, float[] numbers, CacheChange.Average... changes) {
        try (Stream stream = new Stream(type, wide)) {
            stream.cache.write(numbers);
            for (CacheChange.Average change : changes) {
                stream.averages.make(change);
            }
            return stream.cache.floats();
        }
    }

    private float[] numbers(double spread, DType type) {
        float[] numbers = new float[SLOTS * PER_SLOT];
        for (int i = 0; i < numbers.length; i++) {
            float number = (float) (random.nextGaussian() * spread);
            numbers[i] = type == DType.BF16 ? Narrow.roundToBf16(number) : number;
        }
        return numbers;
    }

    /** One cache and what averages in it. */
    private static final class Stream implements AutoCloseable {

        private final OrtSession session;
        private final TensorPool pool = new TensorPool(Ort.cpu());
        private final Tensor cache;
        private final CacheAverages averages;

        Stream(DType type, int wide) {
            session = Ort.cpu().load(AverageGraph.of(CONFIG, SIZE, type, wide > 0, Provider.CPU));
            cache = pool.zeros(type, CACHE);
            averages = new CacheAverages(session, pool, List.of(cache), wide);
        }

        @Override
        public void close() {
            pool.close();
            session.close();
        }
    }
}
