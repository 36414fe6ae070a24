package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.inference.diffusion.CacheChange;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.KeyCache;
import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.diffusion.MemoryBank;
import dev.caravan.inference.diffusion.RollingWindow;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.nn.CudaKernels;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.onnx.Node;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A stream's memory bank on the device, on a small network of random weights. */
class TransformerMemoryTest {

    private static final TransformerConfig CONFIG = new TransformerConfig(32, 48, 2, 2, 8, 12, 5, 1e-6f);
    private static final LatentSize SIZE = new LatentSize(4, 6);

    @TempDir
    private static Path folder;

    private static final Map<KeyCache, Transformer> TRANSFORMERS = new EnumMap<>(KeyCache.class);

    @BeforeAll
    static void load() throws Exception {
        Weights weights = TestWeights.random(folder.resolve("weights.safetensors"), CONFIG, 7);
        for (KeyCache kind : List.of(KeyCache.ROTATED, KeyCache.BANKED, KeyCache.BANKED_SPARSE)) {
            TRANSFORMERS.put(kind, Transformer.load(Ort.cpu(), CONFIG, SIZE, weights, TransformerOptions.of(DType.F32).withKeys(kind)));
        }
    }

    @AfterAll
    static void close() {
        TRANSFORMERS.values().forEach(Transformer::close);
    }

    @ParameterizedTest
    @EnumSource(names = {"BANKED", "BANKED_SPARSE"})
    void aStreamBegunAnewFindsNoOldMemories(KeyCache kind) {
        MemoryBank bank = bank(kind);
        try (TransformerState state = open(kind, bank)) {
            // Blocks are seen that nothing was taken into: after a first chunk of four frames there is but one record.
            float[] first = video(state, bank);
            for (int start = bank.frames().getLast() + 1, i = 0; i < 3; i++, start += 3) {
                chunk(state, bank, start, 3);
            }
            bank.reset();
            for (int start = 0; start < 36; start += 3) {
                chunk(state, bank, start, 3);
            }
            bank.reset();
            assertArrayEquals(first, video(state, bank));
        }
    }

    /** Six chunks that begin with one of four frames; the last one's latents. */
    private static float[] video(TransformerState state, MemoryBank bank) {
        chunk(state, bank, 0, 4);
        for (int start = 4; start < 16; start += 3) {
            chunk(state, bank, start, 3);
        }
        return chunk(state, bank, 16, 3);
    }

    @ParameterizedTest
    @EnumSource(names = {"BANKED", "BANKED_SPARSE"})
    void rightAfterAnotherPromptTheFirstBlocksStay(KeyCache kind) {
        MemoryBank bank = bank(kind);
        try (TransformerState state = open(kind, bank)) {
            for (int start = 0; start < 30; start += 3) {
                chunk(state, bank, start, 3);
            }
            List<float[]> before = blocks(state, bank);
            float[] record = slot(state.keys(1), bank.recordSlot());
            state.setPrompt(RandomInputs.prompt(CONFIG, 11));
            CachePass recache = bank.recache(30, 6);
            assertEquals(List.of(new CacheChange.Compress(bank.blockSlots(), bank.recordSlot())), recache.before());
            state.begin(recache);
            state.latents(6).write(RandomInputs.latents(SIZE, 5, 6));
            state.store(recache, state.latents(6));
            assertBlocks(List.of(before.get(0), before.get(1), record), blocks(state, bank));
            // Nor has the chunk after the recache seen the prompt yet.
            state.begin(bank.pass(30, 3));
            assertBlocks(List.of(before.get(0), before.get(1), record), blocks(state, bank));
        }
    }

    @Test
    void aFullBankKeepsTheTwoBlocksWhoseKeysAreMostLikeThePrompts() {
        MemoryBank bank = bank(KeyCache.BANKED);
        try (TransformerState state = open(KeyCache.BANKED, bank)) {
            for (int start = 0; start < 30; start += 3) {
                chunk(state, bank, start, 3);
            }
            List<float[]> keys = blocks(state, bank);
            List<float[]> values = bank.blockSlots().stream().map(slot -> slot(state.values(1), slot)).toList();
            double[] about = mean(state.textKeys(1).floats());
            List<Integer> best = List.of(0, 1, 2).stream()
                    .sorted((a, b) -> Double.compare(product(about, mean(keys.get(b))), product(about, mean(keys.get(a)))))
                    .toList();
            CachePass pass = bank.pass(30, 3);
            state.begin(pass);
            float[] record = slot(state.keys(1), bank.recordSlot());
            assertBlocks(List.of(keys.get(best.get(0)), keys.get(best.get(1)), record), blocks(state, bank));
            assertArrayEquals(values.get(best.get(0)), slot(state.values(1), bank.blockSlots().get(0)));
            assertArrayEquals(slot(state.values(1), bank.recordSlot()), slot(state.values(1), bank.blockSlots().get(2)));
        }
    }

    /** While sink and bank have three blocks or fewer, all of them are seen. */
    @Test
    void sparseAttentionSeesAllThereIsUntilThereAreMoreThanThreeBlocks() {
        float[][] first = new float[2][];
        float[][] fourth = new float[2][];
        for (int i = 0; i < 2; i++) {
            KeyCache kind = i == 0 ? KeyCache.ROTATED : KeyCache.BANKED_SPARSE;
            KvCachePolicy policy = i == 0 ? new RollingWindow(6, 3) : bank(kind);
            try (TransformerState state = open(kind, policy)) {
                first[i] = chunk(state, policy, 0, 4);
                chunk(state, policy, 4, 3);
                fourth[i] = chunk(state, policy, 7, 3);
            }
        }
        Deviation.relative("the first chunk", first[0], first[1], 1e-5);
        assertFalse(Arrays.equals(fourth[0], fourth[1]));
    }

    @ParameterizedTest
    @EnumSource(names = {"BANKED", "BANKED_SPARSE"})
    void twoStreamsDoNotSeeEachOther(KeyCache kind) {
        MemoryBank alone = bank(kind);
        float[] expected = new float[0];
        try (TransformerState state = open(kind, alone)) {
            for (int start = 0; start < 36; start += 3) {
                expected = chunk(state, alone, start, 3);
            }
        }
        MemoryBank bank = bank(kind);
        MemoryBank otherBank = bank(kind);
        float[] last = new float[0];
        try (TransformerState state = open(kind, bank);
                TransformerState other = open(kind, otherBank)) {
            other.setPrompt(RandomInputs.prompt(CONFIG, 9));
            chunk(other, otherBank, 0, 4);
            for (int start = 0; start < 36; start += 3) {
                last = chunk(state, bank, start, 3);
                chunk(other, otherBank, start + 4, 3);
            }
        }
        assertArrayEquals(expected, last);
    }

    @Test
    void aPassThatNamesNoMemoryIsRefusedBySparseAttention() {
        try (TransformerState state = open(KeyCache.BANKED_SPARSE, bank(KeyCache.BANKED_SPARSE))) {
            CachePass pass = new RollingWindow(6, 3).pass(0, 3);
            assertThrows(IllegalArgumentException.class, () -> state.store(pass, state.latents(3)));
        }
    }

    @Test
    void cudaHasAKernelForEveryNodeAndNoneComputesAShape() throws Exception {
        Weights zeros = TestWeights.zeros(folder.resolve("true.safetensors"), TransformerConfig.WAN_1_3B, DType.BF16);
        TransformerOptions options = TransformerOptions.of(DType.BF16).withKeys(KeyCache.BANKED_SPARSE);
        OnnxModel step = TransformerGraph.step(
                zeros, TransformerConfig.WAN_1_3B, LatentSize.ofPictures(320, 576), options, Provider.CUDA, Probe.NONE);
        OnnxModel compression = BankCompression.graph(DType.BF16, Provider.CUDA);
        Set<String> shapes = Set.of("Shape", "Size", "Range", "Expand", "Tile", "ConstantOfShape", "NonZero");
        for (OnnxModel model : List.of(step, compression)) {
            assertEquals(List.of(), CudaKernels.missing(model));
            assertEquals(List.of(), model.nodes().stream().map(Node::op).map(op -> op.type()).filter(shapes::contains).toList());
        }
        // What differs between heads is gathered as attention wants it: nothing is transposed.
        assertEquals(Set.of("patches/Transpose", "unpatchify/Transpose"), step.nodes().stream()
                .filter(node -> node.op().type().equals("Transpose")).map(Node::path).collect(Collectors.toSet()));
    }

    private static void assertBlocks(List<float[]> expected, List<float[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), "block " + i);
        }
    }

    private static List<float[]> blocks(TransformerState state, MemoryBank bank) {
        return bank.blockSlots().stream().map(slot -> slot(state.keys(1), slot)).toList();
    }

    private static float[] slot(Tensor cache, int slot) {
        int numbers = SIZE.tokens() * CONFIG.dim();
        return Arrays.copyOfRange(cache.floats(), slot * numbers, (slot + 1) * numbers);
    }

    private static double[] mean(float[] tokens) {
        double[] mean = new double[CONFIG.dim()];
        for (int i = 0; i < tokens.length; i++) {
            mean[i % mean.length] += tokens[i] * (double) mean.length / tokens.length;
        }
        return mean;
    }

    private static double product(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** A denoise step and the clean pass; the clean latents. */
    private static float[] chunk(TransformerState state, KvCachePolicy policy, int start, int frames) {
        CachePass pass = policy.pass(start, frames);
        state.begin(pass);
        Tensor latents = state.latents(frames);
        latents.write(RandomInputs.latents(SIZE, start, frames));
        Tensor clean = state.denoise(pass, latents, 750, 0.5f);
        float[] numbers = clean.floats();
        state.store(pass, clean);
        return numbers;
    }

    private static TransformerState open(KeyCache kind, KvCachePolicy policy) {
        TransformerState state = TRANSFORMERS.get(kind).open(policy.capacityFrames());
        state.setPrompt(RandomInputs.prompt(CONFIG, 3));
        return state;
    }

    private static MemoryBank bank(KeyCache kind) {
        return new MemoryBank(6, 3, 3, kind == KeyCache.BANKED_SPARSE);
    }
}
