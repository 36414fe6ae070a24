package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.RollingWindow;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.ort.TransferCount;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.text.PromptEmbedding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream's state on the device, on a small network of random weights. */
class TransformerStateTest {

    private static final TransformerConfig CONFIG = new TransformerConfig(32, 48, 2, 2, 8, 12, 5, 1e-6f);
    private static final LatentSize SIZE = new LatentSize(4, 6);
    private static final int CAPACITY = 6;

    @TempDir
    private static Path folder;

    private static Transformer transformer;

    @BeforeAll
    static void load() throws Exception {
        transformer = Transformer.load(Ort.cpu(), CONFIG, SIZE, TestWeights.random(folder.resolve("weights.safetensors"), CONFIG, 7),
                TransformerOptions.of(DType.F32));
    }

    @AfterAll
    static void close() {
        transformer.close();
    }

    @Test
    void aChunkReadsNothingBackAndWritesOnlySmallInputs() {
        try (TransformerState state = opened()) {
            RollingWindow window = window();
            chunk(state, window, 0, 2);
            TransferCount transfers = Ort.cpu().transfers();
            long toHost = transfers.bytesToHost();
            long toDevice = transfers.bytesToDevice();
            long within = transfers.bytesWithinDevice();
            int steps = 4;
            chunk(state, window, 2, steps);
            assertEquals(toHost, transfers.bytesToHost());
            long latents = SIZE.latents(2).bytes(DType.F32);
            long tables = 2L * 2 * SIZE.tokens() * CONFIG.headDim() / 2 * Float.BYTES;
            long slots = 2L * 2 * Long.BYTES;
            long sinusoids = (steps + 1L) * CONFIG.freqDim() * Float.BYTES;
            long sigmas = (2L * steps - 1) * Float.BYTES;
            // The first noise and that before each further step; positions once for all five passes.
            assertEquals(steps * latents + tables + slots + sinusoids + sigmas, transfers.bytesToDevice() - toDevice);
            // From each step's result to the next one's input; the caches are not copied.
            assertEquals(steps * latents, transfers.bytesWithinDevice() - within);
        }
    }

    @Test
    void aStepGivesTheNextNoisyLatentsOfItsCleanOnes() {
        try (TransformerState state = opened()) {
            CachePass pass = window().pass(0, 2);
            float[] x = RandomInputs.latents(SIZE, 1, 2);
            float[] noise = RandomInputs.latents(SIZE, 2, 2);
            state.latents(2).write(x);
            float[] next = state.denoise(pass, state.latents(2), 1000, 0.875f, 0.25f, noise).floats();
            float[] flow = state.flow(2).floats();
            float[] clean = state.clean(2).floats();
            float[] expectedClean = new float[x.length];
            float[] expectedNext = new float[x.length];
            for (int i = 0; i < x.length; i++) {
                expectedClean[i] = x[i] - 0.875f * flow[i];
                expectedNext[i] = 0.75f * expectedClean[i] + 0.25f * noise[i];
            }
            Deviation.within("x0", expectedClean, clean, 1e-6);
            Deviation.within("next", expectedNext, next, 1e-6);
        }
    }

    @Test
    void latentsMayLieAnywhereOnTheDevice() {
        try (TransformerState state = opened();
                Tensor elsewhere = Ort.cpu().of(DType.F32, SIZE.latents(2), RandomInputs.latents(SIZE, 1, 2))) {
            CachePass pass = window().pass(0, 2);
            float[] copied = state.denoise(pass, elsewhere, 500, 0.5f).floats();
            state.latents(2).write(RandomInputs.latents(SIZE, 1, 2));
            assertArrayEquals(copied, state.denoise(pass, state.latents(2), 500, 0.5f).floats());
        }
    }

    @Test
    void twoStreamsDoNotSeeEachOther() {
        float[] alone;
        try (TransformerState state = opened()) {
            chunk(state, window(), 0, 2);
            alone = state.clean(2).floats();
        }
        try (TransformerState state = opened();
                TransformerState other = opened()) {
            other.setPrompt(RandomInputs.prompt(CONFIG, 9));
            RollingWindow window = window();
            RollingWindow otherWindow = window();
            chunk(other, otherWindow, 0, 3);
            chunk(state, window, 0, 2);
            chunk(other, otherWindow, 2, 1);
            assertArrayEquals(alone, state.clean(2).floats());
        }
    }

    @Test
    void aStreamBegunAnewForgetsWhatWasBefore() {
        try (TransformerState state = opened()) {
            RollingWindow window = window();
            chunk(state, window, 0, 2);
            float[] first = state.clean(2).floats();
            chunk(state, window, 2, 2);
            chunk(state, window, 4, 2);
            window.reset();
            chunk(state, window, 0, 2);
            assertArrayEquals(first, state.clean(2).floats());
        }
    }

    @Test
    void aRecacheLeavesTheSinkAloneAndRenewsTheOthers() {
        try (TransformerState state = opened()) {
            RollingWindow window = window();
            for (int start = 0; start < 10; start += 2) {
                chunk(state, window, start, 1);
            }
            float[] before = state.keys(1).floats();
            state.setPrompt(RandomInputs.prompt(CONFIG, 11));
            state.latents(CAPACITY).write(RandomInputs.latents(SIZE, 5, CAPACITY));
            state.store(window.recache(10, CAPACITY), state.latents(CAPACITY));
            float[] after = state.keys(1).floats();
            int slot = SIZE.tokens() * CONFIG.dim();
            for (int i = 0; i < CAPACITY; i++) {
                boolean same = java.util.Arrays.equals(before, i * slot, (i + 1) * slot, after, i * slot, (i + 1) * slot);
                assertEquals(i < 3, same, "slot " + i);
            }
        }
    }

    @Test
    void aStreamWithoutAPromptIsRefused() {
        try (TransformerState state = transformer.open(CAPACITY)) {
            CachePass pass = window().pass(0, 2);
            assertThrows(IllegalStateException.class, () -> state.store(pass, state.latents(2)));
        }
    }

    @Test
    void aPromptOfAnotherModelIsRefusedWithBothSizes() {
        try (TransformerState state = transformer.open(CAPACITY)) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> state.setPrompt(new PromptEmbedding(5, 13, new float[65]))).getMessage();
            assertTrue(message.contains("5 rows of 12") && message.contains("5 of 13"), message);
        }
    }

    @Test
    void latentsOfAnotherSizeAreRefused() {
        try (TransformerState state = opened()) {
            CachePass pass = window().pass(0, 2);
            assertThrows(IllegalArgumentException.class, () -> state.store(pass, state.latents(3)));
        }
    }

    @Test
    void aPassThatSeesMoreThanTheCacheHoldsIsRefused() {
        try (TransformerState state = opened()) {
            CachePass pass = new CachePass(List.of(6), List.of(0), List.of(6), CAPACITY + 1);
            state.latents(1).write(RandomInputs.latents(SIZE, 1, 1));
            assertThrows(IllegalArgumentException.class, () -> state.store(pass, state.latents(1)));
        }
    }

    @Test
    void whatAStreamTakesIsReckonedBeforehand() {
        long before = Ort.cpu().memory().tensors();
        try (TransformerState state = opened()) {
            long taken = Ort.cpu().memory().tensors() - before;
            long reckoned = Transformer.streamBytes(CONFIG, SIZE, TransformerOptions.of(DType.F32), CAPACITY);
            assertTrue(reckoned >= 0.99 * taken && reckoned <= 1.01 * taken, reckoned + " reckoned, " + taken + " taken");
        }
    }

    /** Denoise steps and the clean pass of two frames. */
    private static void chunk(TransformerState state, RollingWindow window, int start, int steps) {
        CachePass pass = window.pass(start, 2);
        Tensor latents = state.latents(2);
        latents.write(RandomInputs.latents(SIZE, start, 2));
        for (int step = 1; step < steps; step++) {
            latents = state.denoise(pass, latents, 1000f / step, 1f / step, 1f / (step + 1),
                    RandomInputs.latents(SIZE, 100 * start + step, 2));
        }
        state.store(pass, state.denoise(pass, latents, 1000f / steps, 1f / steps));
    }

    private static TransformerState opened() {
        TransformerState state = transformer.open(CAPACITY);
        state.setPrompt(RandomInputs.prompt(CONFIG, 3));
        return state;
    }

    private static RollingWindow window() {
        return new RollingWindow(CAPACITY, 3);
    }
}
