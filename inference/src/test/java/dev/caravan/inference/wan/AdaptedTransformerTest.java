package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.checkpoint.ByteProgress;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.DerivedWeights;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.RollingWindow;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.lora.LoraAdapter;
import dev.caravan.inference.lora.LoraMerge;
import dev.caravan.inference.nn.Adapter;
import dev.caravan.inference.nn.CudaKernels;
import dev.caravan.inference.nn.LowRank;
import dev.caravan.inference.onnx.Initializer;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.text.PromptEmbedding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small transformer with two adapters beside its weights, each of every layer it has. */
class AdaptedTransformerTest {

    private static final TransformerConfig CONFIG = new TransformerConfig(32, 48, 2, 2, 8, 12, 5, 1e-6f);
    private static final LatentSize SIZE = new LatentSize(4, 6);
    private static final int CAPACITY = 6;

    @TempDir
    private static Path folder;

    private static Checkpoint weights;
    private static LoraAdapter first;
    private static LoraAdapter second;
    private static Transformer adapted;
    private static Transformer plain;

    @BeforeAll
    static void load() throws Exception {
        TestWeights.random(folder.resolve("weights.safetensors"), CONFIG, 7);
        weights = Checkpoint.open(folder.resolve("weights.safetensors"));
        first = LowRanks.everywhere(folder.resolve("first.safetensors"), CONFIG, 4, DType.F32, 1);
        second = LowRanks.everywhere(folder.resolve("second.safetensors"), CONFIG, 3, DType.BF16, 2);
        adapted = load(weights, List.of(
                LowRanks.of("first", new LoraMerge.Applied(first, 0.8f), weights, folder),
                LowRanks.of("second", new LoraMerge.Applied(second, -0.5f), weights, folder)));
        plain = load(weights, List.of());
    }

    @AfterAll
    static void close() {
        adapted.close();
        plain.close();
    }

    private static Transformer load(Checkpoint weights, List<Adapter> adapters) {
        return Transformer.load(Ort.cpu(), CONFIG, SIZE, GoldenTransformer.weights(weights),
                TransformerOptions.of(DType.F32).withAdapters(adapters));
    }

    @Test
    void twoAdaptersBesideTheWeightsDoWhatTheyDoMerged() throws Exception {
        assertLikeMerged(0.8f, -0.5f, Map.of());
        assertLikeMerged(-1, 2, Map.of("first", -1.0, "second", 2.0));
    }

    private static void assertLikeMerged(float ofFirst, float ofSecond, Map<String, Double> scales) throws Exception {
        List<LoraMerge.Applied> applied = List.of(new LoraMerge.Applied(first, ofFirst), new LoraMerge.Applied(second, ofSecond));
        try (LoraMerge merge = new LoraMerge(Ort.cpu(), applied, Optional.empty());
                Transformer merged = load(new DerivedWeights(folder).of("merged", weights, merge, ByteProgress.NONE), List.of());
                TransformerState expected = opened(merged);
                TransformerState actual = opened(adapted)) {
            actual.setAdapterScales(scales);
            Deviation.relative("flow", flow(expected), flow(actual), 1e-5);
        }
    }

    @Test
    void aScaleOfZeroIsNoAdapterBitForBit() {
        try (TransformerState without = opened(plain);
                TransformerState none = opened(adapted)) {
            float[] with = flow(none);
            none.setAdapterScales(Map.of("first", 0.0, "second", 0.0));
            assertArrayEquals(flow(without), flow(none));
            assertFalse(Arrays.equals(with, flow(none)));
        }
    }

    @Test
    void aScaleChangedOnTheWayIsThatOfAStreamThatAlwaysHadIt() {
        try (TransformerState changed = opened(adapted);
                TransformerState fresh = adapted.open(CAPACITY)) {
            float[] before = flow(changed);
            changed.setAdapterScales(Map.of("second", 1.5));
            fresh.setAdapterScales(Map.of("second", 1.5));
            fresh.setPrompt(prompt());
            float[] after = flow(changed);
            assertFalse(Arrays.equals(before, after));
            assertArrayEquals(flow(fresh), after);
        }
    }

    @Test
    void anAdapterOfThePromptsLayersOnlyChangesTheNextPassToo() throws Exception {
        Adapter whole = LowRanks.of("first", new LoraMerge.Applied(first, 1), weights, folder);
        Map<String, LowRank> ofText = new HashMap<>(whole.layers());
        ofText.keySet().removeIf(layer -> !layer.matches("text_embedding\\..*|.*cross_attn\\.[kv]"));
        try (Transformer transformer = load(weights, List.of(new Adapter("text", 1, ofText)));
                TransformerState state = opened(transformer);
                TransformerState without = opened(plain)) {
            float[] before = flow(state);
            state.setAdapterScales(Map.of("text", 0.0));
            float[] after = flow(state);
            assertFalse(Arrays.equals(before, after));
            assertArrayEquals(flow(without), after);
        }
    }

    @Test
    void unknownNamesAndDifferencesThatAreNoneChangeNothing() {
        try (TransformerState state = opened(adapted)) {
            float[] before = flow(state);
            state.setAdapterScales(Map.of("third", 5.0, "first", 0.8 + 5e-7));
            assertArrayEquals(before, flow(state));
        }
    }

    @Test
    void streamsOfOtherScalesDoNotSeeEachOther() {
        List<Map<String, Double>> scales = List.of(Map.of("first", 0.1), Map.of("first", 2.0, "second", 0.0));
        List<float[]> alone = new ArrayList<>();
        for (Map<String, Double> scale : scales) {
            try (TransformerState state = opened(adapted)) {
                state.setAdapterScales(scale);
                alone.add(flow(state));
            }
        }
        try (TransformerState one = opened(adapted);
                TransformerState other = opened(adapted)) {
            one.setAdapterScales(scales.get(0));
            other.setAdapterScales(scales.get(1));
            assertArrayEquals(alone.get(0), flow(one));
            assertArrayEquals(alone.get(1), flow(other));
            assertArrayEquals(alone.get(0), flow(one));
        }
    }

    @Test
    void everyLinearLayerIsAdaptedOnceInOneOfBothModels() throws Exception {
        Adapter whole = LowRanks.of("first", new LoraMerge.Applied(first, 1), weights, folder);
        List<String> adaptedLayers = new ArrayList<>();
        for (OnnxModel model : models(Provider.CPU, DType.F32, whole)) {
            Set<String> names = model.initializers().stream().filter(Initializer.External.class::isInstance).map(Initializer::name)
                    .collect(Collectors.toCollection(HashSet::new));
            LowRanks.layers(CONFIG).stream().filter(layer -> names.contains(layer + ".adapter.0.up")).forEach(adaptedLayers::add);
        }
        assertEquals(LowRanks.layers(CONFIG).size(), adaptedLayers.size());
        assertEquals(new TreeSet<>(LowRanks.layers(CONFIG)), new TreeSet<>(adaptedLayers));
    }

    @Test
    void cudaHasAKernelForEveryNodeAndComputesNoShape() throws Exception {
        LoraAdapter narrow = LowRanks.everywhere(folder.resolve("narrow.safetensors"), CONFIG, 4, DType.BF16, 3);
        Adapter adapter = LowRanks.of("narrow", new LoraMerge.Applied(narrow, 1), weights, folder);
        for (OnnxModel model : models(Provider.CUDA, DType.BF16, adapter)) {
            assertEquals(List.of(), CudaKernels.missing(model));
            for (String type : List.of("Shape", "Size", "Range", "Expand", "Tile", "ConstantOfShape", "NonZero")) {
                assertTrue(model.nodes().stream().noneMatch(node -> node.op().type().equals(type)), type);
            }
            // Once for all layers; matrices are in the type of the step.
            assertEquals(1, model.nodes().stream().filter(node -> node.path().startsWith("adapter_strength")).count());
            assertTrue(model.nodes().stream().noneMatch(node -> node.path().contains("/as_BF16") && node.path().contains(".adapter.")));
        }
    }

    private static List<OnnxModel> models(Provider provider, DType compute, Adapter adapter) {
        TransformerOptions options = TransformerOptions.of(compute).withAdapters(List.of(adapter));
        return List.of(TransformerGraph.text(GoldenTransformer.weights(weights), CONFIG, options, provider, Probe.NONE),
                TransformerGraph.step(GoldenTransformer.weights(weights), CONFIG, SIZE, options, provider, Probe.NONE));
    }

    private static TransformerState opened(Transformer transformer) {
        TransformerState state = transformer.open(CAPACITY);
        state.setPrompt(prompt());
        return state;
    }

    /** What the network says of two frames of noise. */
    private static float[] flow(TransformerState state) {
        CachePass pass = new RollingWindow(CAPACITY, 3).pass(0, 2);
        state.latents(2).write(normal(5, (int) SIZE.latents(2).elements()));
        state.denoise(pass, state.latents(2), 600, 0.6f);
        return state.flow(2).floats();
    }

    private static PromptEmbedding prompt() {
        return new PromptEmbedding(CONFIG.textLen(), CONFIG.textDim(), normal(3, CONFIG.textLen() * CONFIG.textDim()));
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
