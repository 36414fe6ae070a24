package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.ContextWindow;
import dev.caravan.inference.diffusion.KeyCache;
import dev.caravan.inference.diffusion.RollingWindow;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.tensor.DType;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which keys are biased and padded, and that a stream obeys: what numbers come out is in recorded cases. */
class BiasedKeysTest {

    private static final TransformerConfig CONFIG = new TransformerConfig(32, 48, 2, 2, 8, 12, 5, 1e-6f);
    private static final LatentSize SIZE = new LatentSize(4, 6);

    @TempDir
    private static Path folder;

    private static Transformer transformer;

    @BeforeAll
    static void load() throws Exception {
        transformer = Transformer.load(Ort.cpu(), CONFIG, SIZE, TestWeights.random(folder.resolve("weights.safetensors"), CONFIG, 7),
                TransformerOptions.of(DType.F32).withKeys(KeyCache.BIASED));
    }

    @AfterAll
    static void close() {
        transformer.close();
    }

    @Test
    void pictureSizesHaveThePhantomKeysOfTheReference() {
        assertEquals(16, phantoms(0, 720));
        assertEquals(32, phantoms(3, 720));
        assertEquals(0, phantoms(0, 1024));
        assertEquals(0, phantoms(3, 1024));
    }

    @Test
    void aBiasOfOneNeitherBiasesNorPads() {
        BiasedKeys keys = BiasedKeys.of(later(), 10, 1);
        assertEquals(new BiasedKeys(60, 60, 0, 0, 0), keys);
        assertArrayEquals(new float[60], keys.added());
    }

    @Test
    void contextFramesButTheFirstAreBiased() {
        float[] added = BiasedKeys.of(later(), 10, 0.3).added();
        assertEquals(128, added.length);
        for (int i = 0; i < added.length; i++) {
            assertEquals(i >= 10 && i < 30 ? (float) Math.log(0.3) : 0, added[i], "key " + i);
        }
    }

    @Test
    void aPassOfAnotherKindOfCacheIsRefused() {
        CachePass stored = new RollingWindow(6, 3).pass(0, 3);
        assertThrows(IllegalArgumentException.class, () -> BiasedKeys.of(stored, 10, 0.3));
    }

    @Test
    void aBiasThatIsNoWeightIsRefused() {
        try (TransformerState state = transformer.open(6)) {
            for (double wrong : new double[] {0, -1, 1.5, Double.NaN}) {
                assertThrows(IllegalArgumentException.class, () -> state.setAttentionBias(wrong), "" + wrong);
            }
        }
    }

    @Test
    void aStreamBegunAnewForgetsWhatWasBehindItsFirstChunk() {
        try (TransformerState state = opened(0.3)) {
            ContextWindow window = new ContextWindow(3, 3);
            float[] first = chunk(state, window, 0);
            chunk(state, window, 3);
            window.reset();
            assertArrayEquals(first, chunk(state, window, 0));
        }
    }

    @Test
    void aBiasChangedOnTheWayCountsForTheNextPass() {
        try (TransformerState state = opened(1); TransformerState other = opened(1)) {
            ContextWindow window = new ContextWindow(3, 3);
            ContextWindow otherWindow = new ContextWindow(3, 3);
            chunk(state, window, 0);
            chunk(other, otherWindow, 0);
            state.setAttentionBias(0.3);
            float[] biased = chunk(state, window, 3);
            float[] plain = chunk(other, otherWindow, 3);
            assertFalse(Arrays.equals(plain, biased));
            state.setAttentionBias(0.6);
            assertFalse(Arrays.equals(biased, again(state, window, 3)), "another bias of the same sizes");
            state.setAttentionBias(1);
            assertArrayEquals(plain, again(state, window, 3));
        }
    }

    private static int phantoms(int start, int tokens) {
        ContextWindow window = new ContextWindow(3, 3);
        CachePass pass = window.pass(0, 3);
        BiasedKeys keys = BiasedKeys.of(start == 0 ? pass : window.pass(start, 3), tokens, 0.3);
        return keys.rows() - keys.seen();
    }

    private static CachePass later() {
        ContextWindow window = new ContextWindow(3, 3);
        window.pass(0, 3);
        return window.pass(3, 3);
    }

    private static TransformerState opened(double bias) {
        TransformerState state = transformer.open(6);
        state.setPrompt(RandomInputs.prompt(CONFIG, 3));
        state.setAttentionBias(bias);
        return state;
    }

    /** One denoise step of a chunk, behind its context. */
    private static float[] chunk(TransformerState state, ContextWindow window, int start) {
        if (start > 0) {
            state.latents(3).write(RandomInputs.normal(50 + start, (int) SIZE.latents(3).elements()));
            state.store(window.recache(start, 3), state.latents(3));
        }
        state.begin(window.pass(start, 3));
        return again(state, window, start);
    }

    private static float[] again(TransformerState state, ContextWindow window, int start) {
        state.latents(3).write(RandomInputs.normal(start, (int) SIZE.latents(3).elements()));
        return state.denoise(window.pass(start, 3), state.latents(3), 500, 0.5f).floats();
    }
}
