package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointFile;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.RollingWindow;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.ort.Handles;
import dev.caravan.inference.ort.SessionSettings;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.ort.TransferCount;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.text.PromptEmbedding;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams with and without a context, on a small network of random weights. */
class VaceStateTest {

    private static final TransformerConfig CONFIG = new TransformerConfig(32, 48, 2, 3, 8, 12, 5, 1e-6f);
    private static final LatentSize SIZE = new LatentSize(4, 6);
    private static final int CAPACITY = 6;
    private static final int BLOCKS = 2;

    @TempDir
    private static Path folder;

    private static Weights weights;
    private static Transformer transformer;
    private static Transformer without;

    @BeforeAll
    static void load() throws Exception {
        weights = TestWeights.random(folder.resolve("weights.safetensors"), CONFIG, 7);
        Checkpoint module = CheckpointFile.of(
                folder.resolve("vace.safetensors"), VaceWeights.required(CONFIG, BLOCKS), CheckpointFile::random);
        TransformerOptions options = TransformerOptions.of(DType.F32);
        without = Transformer.load(Ort.cpu(), CONFIG, SIZE, weights, options);
        transformer = Transformer.load(Ort.cpu(), CONFIG, SIZE, weights, options.withVace(VaceModule.of(module, CONFIG)));
    }

    @AfterAll
    static void close() {
        transformer.close();
        without.close();
    }

    @Test
    void stepsWithoutAContextAreThoseOfAModelWithoutVace() {
        try (TransformerState plain = opened(without);
                TransformerState state = opened(transformer)) {
            RollingWindow window = window();
            RollingWindow other = window();
            assertArrayEquals(chunk(plain, window, 0), chunk(state, other, 0));
            guide(state, 2, 1, 1);
            assertFalse(Arrays.equals(chunk(plain, window, 2), chunk(state, other, 2)));
            state.withoutVace();
            window.reset();
            other.reset();
            assertArrayEquals(chunk(plain, window, 0), chunk(state, other, 0));
            assertArrayEquals(chunk(plain, window, 2), chunk(state, other, 2));
        }
    }

    @Test
    void aScaleOfZeroIsNoContext() {
        try (TransformerState plain = opened(without);
                TransformerState state = opened(transformer)) {
            guide(state, 2, 1, 0);
            assertArrayEquals(chunk(plain, window(), 0), chunk(state, window(), 0));
        }
    }

    @Test
    void hintsGrowWithTheScale() {
        try (TransformerState plain = opened(without);
                TransformerState state = opened(transformer)) {
            guide(state, 2, 1, 1e-3);
            Deviation.relative("hardly hinted", step(plain, window(), 0, 2), step(state, window(), 0, 2), 1e-2);
            guide(state, 2, 1, 1);
            float[] full = step(state, window(), 0, 2);
            assertThrows(AssertionError.class, () -> Deviation.relative("hinted", step(plain, window(), 0, 2), full, 1e-2));
        }
    }

    @Test
    void keysAndValuesAreStoredWithoutAContext() {
        try (TransformerState plain = opened(without);
                TransformerState state = opened(transformer)) {
            RollingWindow window = window();
            guide(state, 2, 1, 1);
            step(state, window(), 0, 2);
            for (TransformerState each : List.of(plain, state)) {
                each.latents(2).write(noise(3, 2));
                each.store(window.pass(0, 2), each.latents(2));
            }
            for (int layer = 0; layer < CONFIG.layers(); layer++) {
                assertArrayEquals(plain.keys(layer).floats(), state.keys(layer).floats(), "keys " + layer);
                assertArrayEquals(plain.values(layer).floats(), state.values(layer).floats(), "values " + layer);
            }
            CachePass recache = window.recache(2, 2);
            for (TransformerState each : List.of(plain, state)) {
                each.latents(2).write(noise(4, 2));
                each.store(recache, each.latents(2));
            }
            assertArrayEquals(plain.keys(2).floats(), state.keys(2).floats());
        }
    }

    @Test
    void whereInTheStreamAChunkStandsIsNothingToItsHints() {
        try (Tensor hint = Ort.cpu().zeros(DType.F32, Shape.of(VaceInputs.rows(2L * SIZE.tokens()), CONFIG.dim()));
                TransformerState state = opened(transformer)) {
            RollingWindow window = window();
            guide(state, 2, 1, 1);
            state.hints(2).output(TransformerGraph.HINT.formatted(2), hint);
            step(state, window, 0, 2);
            float[] first = hint.floats();
            hint.zero();
            state.latents(2).write(noise(0, 2));
            state.denoise(window.pass(2, 2), state.latents(2), 1000, 1);
            assertArrayEquals(first, hint.floats());
        }
    }

    @Test
    void framesOfAContextBeyondThoseOfAStepAreNotUsed() {
        try (TransformerState state = opened(transformer);
                Tensor longer = context(5, 3);
                Tensor same = longer.view(contexts(2));
                Tensor beyondTheCache = longerThanTheCache(longer)) {
            state.setVace(same, 1);
            float[] expected = step(state, window(), 0, 2);
            state.setVace(longer, 1);
            assertArrayEquals(expected, step(state, window(), 0, 2));
            state.setVace(beyondTheCache, 1);
            assertArrayEquals(expected, step(state, window(), 0, 2));
        }
    }

    @Test
    void framesBeyondAContextHaveZerosForTokensNotForPixels() {
        try (TransformerState state = opened(transformer);
                Tensor padded = context(5, 2)) {
            float[] numbers = padded.floats();
            Arrays.fill(numbers, numbers.length / 2, numbers.length, 0);
            padded.write(numbers);
            state.setVace(padded, 1);
            float[] pixels = step(state, window(), 0, 2);
            guide(state, 1, 5, 1);
            assertFalse(Arrays.equals(pixels, step(state, window(), 0, 2)));
        }
    }

    @Test
    void nothingOfAnEarlierContextStays() {
        try (TransformerState state = opened(transformer);
                TransformerState fresh = opened(transformer);
                Tensor none = context(5, 3)) {
            float[] numbers = new float[(int) none.shape().elements()];
            Arrays.fill(numbers, Float.NaN);
            none.write(numbers);
            state.setVace(none, 1);
            step(state, window(), 0, 2);
            guide(state, 1, 5, 0.5);
            guide(fresh, 1, 5, 0.5);
            assertArrayEquals(step(fresh, window(), 0, 2), step(state, window(), 0, 2));
        }
    }

    @Test
    void hintsFollowThePrompt() {
        try (TransformerState state = opened(transformer);
                TransformerState fresh = opened(transformer)) {
            guide(state, 2, 1, 1);
            float[] before = step(state, window(), 0, 2);
            state.setPrompt(prompt(9));
            fresh.setPrompt(prompt(9));
            guide(fresh, 2, 1, 1);
            float[] after = step(state, window(), 0, 2);
            assertArrayEquals(step(fresh, window(), 0, 2), after);
            assertFalse(Arrays.equals(before, after));
        }
    }

    @Test
    void stepsMayHaveMoreOrFewerFramesThanBefore() {
        try (TransformerState state = opened(transformer);
                TransformerState fresh = opened(transformer)) {
            guide(state, 2, 1, 1);
            guide(fresh, 2, 1, 1);
            float[] two = step(state, window(), 0, 2);
            assertArrayEquals(step(fresh, window(), 0, 4), step(state, window(), 0, 4));
            assertArrayEquals(two, step(state, window(), 0, 2));
            assertArrayEquals(step(fresh, window(), 0, 2), two);
        }
    }

    @Test
    void twoStreamsWithContextsOfTheirOwnAreAsIfAlone() {
        float[][] alone = new float[2][];
        for (int i = 0; i < 2; i++) {
            try (TransformerState state = opened(transformer)) {
                guide(state, 2 + i, 20 + i, 1);
                chunk(state, window(), 0);
                alone[i] = state.clean(2).floats();
            }
        }
        try (TransformerState one = opened(transformer);
                TransformerState other = opened(transformer)) {
            guide(one, 2, 20, 1);
            guide(other, 3, 21, 1);
            chunk(other, window(), 0);
            chunk(one, window(), 0);
            float[] ofOther = other.clean(2).floats();
            assertArrayEquals(alone[0], one.clean(2).floats());
            assertArrayEquals(alone[1], ofOther);
        }
    }

    @Test
    void aStreamTakesMemoryForVaceOnlyWithAContextAndGivesAllBack() {
        Handles handles = Ort.cpu().handles();
        long bytes = Ort.cpu().memory().tensors();
        try (TransformerState state = opened(transformer)) {
            chunk(state, window(), 0);
            long before = Ort.cpu().memory().tensors();
            guide(state, 2, 1, 1);
            chunk(state, window(), 0);
            long taken = Ort.cpu().memory().tensors() - before;
            long reckoned = VaceModule.streamBytes(CONFIG, SIZE, DType.F32, BLOCKS, CAPACITY, 2);
            // Marks of frames and rows, rows' tokens and the scale are not worth counting.
            long small = (128L + CAPACITY + 1) * DType.F32.bytes() + 128L * DType.I64.bytes();
            assertEquals(reckoned + small, taken);
            step(state, window(), 0, 4);
            // 6 tokens a frame: as many rows as before.
            assertEquals(before + taken, Ort.cpu().memory().tensors());
        }
        assertEquals(handles, Ort.cpu().handles());
        assertEquals(bytes, Ort.cpu().memory().tensors());
    }

    @Test
    void aChunkWithAContextReadsNothingBackAndCopiesItOnce() {
        try (TransformerState state = opened(transformer);
                Tensor context = context(1, 2)) {
            state.setVace(context, 1);
            chunk(state, window(), 0);
            TransferCount transfers = Ort.cpu().transfers();
            long toHost = transfers.bytesToHost();
            long within = transfers.bytesWithinDevice();
            long toDevice = transfers.bytesToDevice();
            state.setVace(context, 1);
            assertEquals(contexts(2).bytes(DType.F32), transfers.bytesWithinDevice() - within);
            assertEquals((CAPACITY + 1L) * DType.F32.bytes(), transfers.bytesToDevice() - toDevice);
            state.latents(2).write(noise(0, 2));
            toDevice = transfers.bytesToDevice();
            within = transfers.bytesWithinDevice();
            state.denoise(new CachePass(List.of(0, 1), List.of(0, 1), List.of(0, 1), 2), state.latents(2), 1000, 1);
            assertEquals(toHost, transfers.bytesToHost());
            assertEquals(within, transfers.bytesWithinDevice());
            // A sinusoid and a sigma; positions are those of the pass before.
            assertEquals((CONFIG.freqDim() + 1L) * DType.F32.bytes(), transfers.bytesToDevice() - toDevice);
        }
    }

    @Test
    void aModelWithoutVaceRefusesAContext() {
        try (TransformerState state = opened(without);
                Tensor context = context(1, 2)) {
            assertTrue(transformer.hasVace());
            assertFalse(without.hasVace());
            assertEquals("the model was loaded without VACE",
                    assertThrows(IllegalStateException.class, () -> state.setVace(context, 1)).getMessage());
            state.withoutVace();
        }
    }

    @Test
    void aContextOfAnotherSizeOrTypeIsRefusedWithBoth() {
        try (TransformerState state = opened(transformer);
                TransformerState plain = opened(without);
                Tensor wide = Ort.cpu().zeros(DType.F32, Shape.of(1, 96, 4, 8));
                Tensor empty = Ort.cpu().zeros(DType.F32, contexts(0));
                Tensor flat = Ort.cpu().zeros(DType.F32, Shape.of(96, 4, 6));
                Tensor narrow = Ort.cpu().zeros(DType.BF16, contexts(1));
                Tensor context = context(1, 2)) {
            for (Tensor wrong : List.of(wide, empty, flat, narrow)) {
                String message = assertThrows(IllegalArgumentException.class, () -> state.setVace(wrong, 1)).getMessage();
                assertTrue(message.contains("F32 of [T,96,4,6]") && message.contains(wrong.toString()), message);
            }
            for (double scale : new double[] {Double.NaN, -1, Double.POSITIVE_INFINITY}) {
                String message = assertThrows(IllegalArgumentException.class, () -> state.setVace(context, scale)).getMessage();
                assertTrue(message.contains("" + scale), message);
            }
            // Refused contexts leave none.
            assertArrayEquals(step(plain, window(), 0, 2), step(state, window(), 0, 2));
        }
    }

    @Test
    void rowsArePaddedToAMultipleOf128() {
        assertEquals(List.of(2176L, 3072L, 256L, 128L), List.of(
                VaceInputs.rows(3 * 720), VaceInputs.rows(3 * 1024), VaceInputs.rows(129), VaceInputs.rows(127)));
    }

    /** A VACE block with the weights of a block of the transformer, no part of the context and hints as they come. */
    @Test
    void whereNoKeysArePaddedAVaceBlockIsABlock() throws Exception {
        LatentSize size = new LatentSize(16, 16);
        Checkpoint around = CheckpointFile.of(folder.resolve("around.safetensors"), VaceWeights.required(CONFIG, 1),
                (name, shape) -> name.endsWith("after_proj.weight") ? identity(CONFIG.dim()) : new float[(int) shape.elements()]);
        Weights alias = name -> name.matches(".*(_proj|patch_embedding)\\..*")
                ? around.get(name)
                : weights.get(name.substring("vace_".length()));
        TransformerOptions options = TransformerOptions.of(DType.F32).withVace(new VaceModule(alias, List.of(0)));
        for (int frames : new int[] {2, 1}) {
            try (Transformer network = Transformer.load(
                            Ort.cpu(), CONFIG, size, weights, options, new Probes(), SessionSettings.DEFAULT);
                    Probes.Tensors seen = new Probes.Tensors(network);
                    TransformerState state = network.open(2);
                    Tensor context = Ort.cpu().zeros(DType.F32, Shape.of(frames, 96, 16, 16))) {
                state.setPrompt(prompt(3));
                CachePass pass = new RollingWindow(2, 1).pass(0, frames);
                float[] latents = normal(5, (int) size.latents(frames).elements());
                state.latents(frames).write(latents);
                seen.bind(state.binding(pass), pass, "block0");
                state.denoise(pass, state.latents(frames), 500, 0.5f);
                state.setVace(context, 1);
                seen.bind(state.hints(frames), pass, "hint0");
                state.denoise(pass, state.latents(frames), 500, 0.5f);
                float[] block = seen.get(pass, "block0").floats();
                float[] hint = Arrays.copyOf(seen.get(pass, "hint0").floats(), block.length);
                if (frames == 2) {
                    Deviation.relative("128 tokens", block, hint, 1e-5);
                } else {
                    assertThrows(AssertionError.class, () -> Deviation.relative("64 tokens and 64 of zeros", block, hint, 1e-3));
                }
            }
        }
    }

    private static float[] identity(int dim) {
        float[] numbers = new float[dim * dim];
        for (int i = 0; i < dim; i++) {
            numbers[i * dim + i] = 1;
        }
        return numbers;
    }

    /** Two denoise steps and the clean pass of two frames. */
    private static float[] chunk(TransformerState state, RollingWindow window, int start) {
        CachePass pass = window.pass(start, 2);
        state.latents(2).write(noise(start, 2));
        Tensor next = state.denoise(pass, state.latents(2), 1000, 1, 0.5f, noise(100 + start, 2));
        float[] clean = state.denoise(pass, next, 500, 0.5f).floats();
        state.store(pass, state.clean(2));
        return clean;
    }

    private static float[] step(TransformerState state, RollingWindow window, int start, int frames) {
        state.latents(frames).write(noise(start, frames));
        return state.denoise(window.pass(start, frames), state.latents(frames), 1000, 1).floats();
    }

    private static void guide(TransformerState state, int frames, long seed, double scale) {
        try (Tensor context = context(seed, frames)) {
            state.setVace(context, scale);
        }
    }

    private static Tensor context(long seed, int frames) {
        Shape shape = contexts(frames);
        return Ort.cpu().of(DType.F32, shape, normal(seed, (int) shape.elements()));
    }

    private static Tensor longerThanTheCache(Tensor beginning) {
        Tensor longer = context(8, CAPACITY + 1);
        try (Tensor first = longer.view(beginning.shape())) {
            first.copyFrom(beginning);
        }
        return longer;
    }

    private static Shape contexts(int frames) {
        return Shape.of(frames, VaceWeights.CHANNELS, SIZE.height(), SIZE.width());
    }

    private static TransformerState opened(Transformer of) {
        TransformerState state = of.open(CAPACITY);
        state.setPrompt(prompt(3));
        return state;
    }

    private static RollingWindow window() {
        return new RollingWindow(CAPACITY, 3);
    }

    private static PromptEmbedding prompt(long seed) {
        return new PromptEmbedding(CONFIG.textLen(), CONFIG.textDim(), normal(seed, CONFIG.textLen() * CONFIG.textDim()));
    }

    private static float[] noise(long seed, int frames) {
        return normal(seed, Math.toIntExact(SIZE.latents(frames).elements()));
    }

    private static float[] normal(long seed, int count) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
