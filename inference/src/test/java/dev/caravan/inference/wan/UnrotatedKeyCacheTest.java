package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.diffusion.AveragedSink;
import dev.caravan.inference.diffusion.CacheChange;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.KeyCache;
import dev.caravan.inference.diffusion.KeyView;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.nn.CudaKernels;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.ort.Handles;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.ort.TransferCount;
import dev.caravan.inference.tensor.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A transformer whose keys are turned in each pass, and the state of its streams, on a small network of random weights. */
class UnrotatedKeyCacheTest {

    private static final TransformerConfig CONFIG = new TransformerConfig(32, 48, 2, 2, 8, 12, 5, 1e-6f);
    private static final LatentSize SIZE = new LatentSize(4, 6);
    private static final int CAPACITY = 6;
    private static final int SINK = 2;

    @TempDir
    private static Path folder;

    private static Transformer transformer;

    @BeforeAll
    static void load() throws Exception {
        transformer = Transformer.load(Ort.cpu(), CONFIG, SIZE, TestWeights.random(folder.resolve("weights.safetensors"), CONFIG, 7),
                TransformerOptions.of(DType.F32).withKeys(KeyCache.UNROTATED));
    }

    @AfterAll
    static void close() {
        transformer.close();
    }

    @Test
    void cudaHasAKernelForEveryNodeAndNoneComputesAShape() throws Exception {
        OnnxModel step = step(DType.BF16, Provider.CUDA);
        assertEquals(List.of(), CudaKernels.missing(step));
        for (String type : List.of("Shape", "Size", "Range", "Expand", "Tile", "ConstantOfShape", "NonZero")) {
            assertEquals(0, step.count(Op.onnx(type)), type);
        }
        assertEquals(2 * CONFIG.layers(), step.count(Op.microsoft("RotaryEmbedding")));
        assertEquals(0, step(DType.F32, Provider.CPU).count(Op.onnx("Cast")));
    }

    @Test
    void onlyDistancesBetweenFramesCount() {
        float[] here = firstPass(List.of(0, 1), List.of(0, 1));
        Deviation.within("both moved", here, firstPass(List.of(7, 8), List.of(7, 8)), 1e-5);
        assertFalse(Arrays.equals(here, firstPass(List.of(0, 1), List.of(1, 0))));
    }

    @Test
    void aFullCacheReadsNothingBackAndWritesOnlySmallInputs() {
        try (TransformerState state = opened()) {
            AveragedSink cache = cache();
            for (int start = 0; start <= CAPACITY; start += 2) {
                chunk(state, cache, start, 2);
            }
            TransferCount transfers = Ort.cpu().transfers();
            long toHost = transfers.bytesToHost();
            long toDevice = transfers.bytesToDevice();
            long within = transfers.bytesWithinDevice();
            int steps = 4;
            chunk(state, cache, CAPACITY + 2, steps);
            assertEquals(toHost, transfers.bytesToHost());
            long latents = SIZE.latents(2).bytes(DType.F32);
            long tables = 2L * (2 + CAPACITY) * SIZE.tokens() * CONFIG.headDim() / 2 * Float.BYTES;
            long slots = 2L * 2 * Long.BYTES;
            long sinusoids = (steps + 1L) * CONFIG.freqDim() * Float.BYTES;
            long sigmas = (2L * steps - 1) * Float.BYTES;
            long average = 2L * 2 * Long.BYTES + 2 * Float.BYTES;
            assertEquals(steps * latents + tables + slots + sinusoids + sigmas + average, transfers.bytesToDevice() - toDevice);
            // From each step's result to the next one's input; neither are slots moved, nor averages copied.
            assertEquals(steps * latents, transfers.bytesWithinDevice() - within);
        }
    }

    @Test
    void theSinkOfEveryBlockAveragesInWhatLeaves() {
        try (TransformerState state = opened()) {
            AveragedSink cache = cache();
            for (int start = 0; start < CAPACITY; start += 2) {
                chunk(state, cache, start, 1);
            }
            for (Tensor slots : List.of(state.keys(0), state.keys(1), state.values(0), state.values(1))) {
                float[] before = slots.floats();
                state.begin(new CachePass(List.of(0), List.of(), List.of(), 1, new KeyView.Turned(List.of(0)),
                        List.of(new CacheChange.Average(List.of(3, 5), List.of(0, 1), 0.75, true)), List.of()));
                float[] after = slots.floats();
                int perSlot = after.length / CAPACITY;
                for (int i = 0; i < after.length; i++) {
                    int slot = i / perSlot;
                    float expected = slot >= SINK ? before[i] : 0.75f * before[i] + 0.25f * before[(3 + 2 * slot) * perSlot + i % perSlot];
                    assertEquals(expected, after[i], 1e-6);
                }
            }
        }
    }

    @Test
    void twoStreamsDoNotSeeEachOther() {
        float[] alone;
        try (TransformerState state = opened()) {
            alone = stream(state, cache());
        }
        try (TransformerState state = opened();
                TransformerState other = opened()) {
            other.setPrompt(RandomInputs.prompt(CONFIG, 9));
            AveragedSink cache = cache();
            AveragedSink otherCache = cache();
            for (int start = 0; start < 4 * CAPACITY; start += 2) {
                chunk(other, otherCache, start, 2);
                chunk(state, cache, start, 1);
            }
            assertArrayEquals(alone, state.clean(2).floats());
        }
    }

    @Test
    void aStreamBegunAnewForgetsWhatWasBefore() {
        try (TransformerState state = opened()) {
            AveragedSink cache = cache();
            float[] first = stream(state, cache);
            chunk(state, cache, 4 * CAPACITY, 1);
            cache.reset();
            assertArrayEquals(first, stream(state, cache));
        }
    }

    @Test
    void averagesAreOnlyMadeWhereThereIsANetworkForThem() throws Exception {
        try (Transformer rotated = Transformer.load(Ort.cpu(), CONFIG, SIZE,
                        TestWeights.random(folder.resolve("other.safetensors"), CONFIG, 7), TransformerOptions.of(DType.F32));
                TransformerState state = rotated.open(CAPACITY)) {
            AveragedSink cache = cache();
            cache.pass(0, CAPACITY);
            CachePass pass = cache.pass(CAPACITY, 2);
            assertThrows(UnsupportedOperationException.class, () -> state.begin(pass));
        }
    }

    @Test
    void closingFreesAllThatWasOpened() throws Exception {
        Handles before = Ort.cpu().handles();
        try (Transformer again = Transformer.load(Ort.cpu(), CONFIG, SIZE,
                        TestWeights.random(folder.resolve("again.safetensors"), CONFIG, 7),
                        TransformerOptions.of(DType.F32).withKeys(KeyCache.UNROTATED).withWideAverages(SINK));
                TransformerState state = again.open(CAPACITY)) {
            state.setPrompt(RandomInputs.prompt(CONFIG, 3));
            stream(state, cache());
            assertNotEquals(before, Ort.cpu().handles());
        }
        assertEquals(before, Ort.cpu().handles());
    }

    @Test
    void wideAveragesAreOfNoUseWhereAllIsWide() {
        TransformerOptions options = TransformerOptions.of(DType.F32).withKeys(KeyCache.UNROTATED);
        assertEquals(Transformer.streamBytes(CONFIG, SIZE, options, CAPACITY),
                Transformer.streamBytes(CONFIG, SIZE, options.withWideAverages(SINK), CAPACITY));
    }

    /** What two first frames give whose queries and keys are turned by these positions. */
    private static float[] firstPass(List<Integer> queries, List<Integer> keys) {
        try (TransformerState state = opened()) {
            state.latents(2).write(RandomInputs.latents(SIZE, 1, 2));
            CachePass pass = new CachePass(queries, List.of(0, 1), List.of(0, 1), 2, new KeyView.Turned(keys), List.of(), List.of());
            return state.denoise(pass, state.latents(2), 500, 0.5f).floats();
        }
    }

    /** The last latents of a stream long enough for its sink to have been averaged into often. */
    private static float[] stream(TransformerState state, AveragedSink cache) {
        for (int start = 0; start < 4 * CAPACITY; start += 2) {
            chunk(state, cache, start, 1);
        }
        return state.clean(2).floats();
    }

    /** Denoise steps and the clean pass of two frames. */
    private static void chunk(TransformerState state, AveragedSink cache, int start, int steps) {
        CachePass pass = cache.pass(start, 2);
        state.begin(pass);
        Tensor latents = state.latents(2);
        latents.write(RandomInputs.latents(SIZE, start, 2));
        for (int step = 1; step < steps; step++) {
            latents = state.denoise(pass, latents, 1000f / step, 1f / step, 1f / (step + 1),
                    RandomInputs.latents(SIZE, 100 * start + step, 2));
        }
        state.store(pass, state.denoise(pass, latents, 1000f / steps, 1f / steps));
    }

    private static OnnxModel step(DType type, Provider provider) throws IOException, CheckpointException {
        return TransformerGraph.step(TestWeights.zeros(folder.resolve(type + ".safetensors"), CONFIG, type), CONFIG, SIZE,
                TransformerOptions.of(type).withKeys(KeyCache.UNROTATED), provider, Probe.NONE);
    }

    private static TransformerState opened() {
        TransformerState state = transformer.open(CAPACITY);
        state.setPrompt(RandomInputs.prompt(CONFIG, 3));
        return state;
    }

    private static AveragedSink cache() {
        return new AveragedSink(CAPACITY, SINK);
    }
}
