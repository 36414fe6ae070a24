package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.diffusion.KeyCache;
import dev.caravan.inference.diffusion.RollingWindow;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.nn.CudaKernels;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.onnx.Initializer;
import dev.caravan.inference.onnx.Node;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.text.PromptEmbedding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the models consist of: each node costs a launch on a GPU, and a node that no device can run makes a model useless. */
class TransformerGraphTest {

    private static final TransformerConfig TINY = new TransformerConfig(48, 96, 2, 3, 16, 20, 7, 1e-6f);
    private static final LatentSize SIZE = new LatentSize(4, 6);

    @TempDir
    private Path folder;

    @Test
    void aBlockOnTheCpuHasTheseNodes() throws Exception {
        Map<String, Long> expected = new TreeMap<>(Map.ofEntries(
                Map.entry("Gemm", 8L),
                Map.entry("RMSNormalization", 3L),
                Map.entry("com.microsoft.SkipLayerNormalization", 3L),
                Map.entry("com.microsoft.RotaryEmbedding", 2L),
                Map.entry("com.microsoft.MultiHeadAttention", 2L),
                Map.entry("com.microsoft.FastGelu", 1L),
                Map.entry("Gather", 1L),
                Map.entry("ScatterND", 2L),
                Map.entry("Mul", 2L),
                Map.entry("Add", 3L),
                Map.entry("Split", 1L),
                // Costs nothing: another view of the same memory.
                Map.entry("Reshape", 11L)));
        assertEquals(expected, ofBlock(1, step(DType.F32, DType.F32, Provider.CPU)));
    }

    @Test
    void aBlockOnCudaHasCastsAroundTheTwoRotationsBesides() throws Exception {
        Map<String, Long> expected = ofBlock(1, step(DType.F32, DType.F32, Provider.CPU));
        expected.put("Cast", 4L);
        assertEquals(expected, ofBlock(1, step(DType.BF16, DType.BF16, Provider.CUDA)));
    }

    @Test
    void nothingIsCastWhereWeightsAreWhatIsComputed() throws Exception {
        assertEquals(0, step(DType.F32, DType.F32, Provider.CPU).count(Op.onnx("Cast")));
        assertEquals(0, text(DType.F32, DType.F32, Provider.CPU).count(Op.onnx("Cast")));
        assertEquals(0, text(DType.BF16, DType.BF16, Provider.CUDA).count(Op.onnx("Cast")));
    }

    @Test
    void weightsOfAnotherTypeAreCastOnceAndNothingElse() throws Exception {
        OnnxModel step = step(DType.BF16, DType.F32, Provider.CPU);
        List<String> weights = step.initializers().stream()
                .filter(Initializer.External.class::isInstance).map(Initializer::name).sorted().toList();
        List<String> cast = step.nodes().stream()
                .filter(node -> node.op().equals(Op.onnx("Cast"))).map(node -> node.inputs().getFirst().name()).sorted().toList();
        assertEquals(weights, cast);
    }

    @Test
    void latentsAreTransposedIntoPatchesAndBackAndNothingElseIs() throws Exception {
        for (OnnxModel step : List.of(step(DType.F32, DType.F32, Provider.CPU), step(DType.BF16, DType.BF16, Provider.CUDA))) {
            assertEquals(List.of("patches/Transpose", "unpatchify/Transpose"), step.nodes().stream()
                    .filter(node -> node.op().equals(Op.onnx("Transpose"))).map(Node::path).toList());
        }
    }

    @Test
    void noNodeComputesAShape() throws Exception {
        assertEquals(List.of(), shapeNodes(step(DType.F32, DType.F32, Provider.CPU)));
    }

    private static List<String> shapeNodes(OnnxModel model) {
        Set<String> types = Set.of("Shape", "Size", "Range", "Expand", "Tile", "ConstantOfShape", "NonZero");
        return model.nodes().stream().filter(node -> types.contains(node.op().type())).map(Node::path).toList();
    }

    @Test
    void cudaHasAKernelForEveryNode() throws Exception {
        assertEquals(List.of(), CudaKernels.missing(step(DType.BF16, DType.BF16, Provider.CUDA)));
        assertEquals(List.of(), CudaKernels.missing(text(DType.BF16, DType.BF16, Provider.CUDA)));
        assertEquals(List.of(), CudaKernels.missing(step(DType.F32, DType.BF16, Provider.CUDA)));
    }

    @Test
    void bothModelsTogetherUseEveryWeightOnce() throws Exception {
        Set<String> used = new HashSet<>();
        for (OnnxModel model : List.of(step(DType.F32, DType.F32, Provider.CPU), text(DType.F32, DType.F32, Provider.CPU))) {
            for (Initializer initializer : model.initializers()) {
                assertTrue(initializer instanceof Initializer.Inline || used.add(initializer.name()), initializer.name() + " is loaded twice");
            }
        }
        assertEquals(TransformerWeights.required(TINY).keySet(), used);
    }

    @Test
    void keysThatCanBeBiasedNeedNoOtherNodesThanASumForAllBlocks() throws Exception {
        OnnxModel cpu = biased(tiny(DType.F32), TINY, SIZE, DType.F32, Provider.CPU);
        Map<String, Long> expected = ofBlock(1, step(DType.F32, DType.F32, Provider.CPU));
        // All frames of a call are kept.
        expected.remove("Gather");
        expected.merge("Reshape", -3L, Long::sum);
        assertEquals(expected, ofBlock(1, cpu));
        assertEquals(List.of("Add"), cpu.nodes().stream()
                .filter(node -> node.path().startsWith("attention_bias")).map(node -> node.op().toString()).toList());
        assertEquals(List.of(), shapeNodes(cpu));
        assertEquals(List.of(), CudaKernels.missing(biased(tiny(DType.BF16), TINY, SIZE, DType.BF16, Provider.CUDA)));
    }

    @Test
    void kreaIsBuiltInPlaceFromItsFile() throws Exception {
        TransformerConfig config = TransformerConfig.WAN_14B;
        Weights weights = TestWeights.zeros(folder.resolve("krea.safetensors"), config, DType.BF16);
        OnnxModel step = biased(weights, config, LatentSize.ofPictures(320, 576), DType.BF16, Provider.CUDA);
        assertEquals(List.of(), CudaKernels.missing(step));
        assertEquals(List.of(), shapeNodes(step));
        assertEquals(2 * config.layers(), step.count(Op.microsoft("MultiHeadAttention")));
        assertEquals(0, step.count(Op.onnx("Gather")));
        assertTrue(step.bytes().length < 1 << 21, step.bytes().length + " bytes");
    }

    @Test
    void thePublishedModelsAreBuiltInPlaceFromTheirFiles() throws Exception {
        Map<TransformerConfig, Integer> tensors = Map.of(TransformerConfig.WAN_1_3B, 825, TransformerConfig.WAN_14B, 1095);
        for (Map.Entry<TransformerConfig, Integer> model : tensors.entrySet()) {
            TransformerConfig config = model.getKey();
            Weights weights = TestWeights.zeros(folder.resolve(config.dim() + ".safetensors"), config, DType.BF16);
            OnnxModel step = TransformerGraph.step(
                    weights, config, LatentSize.ofPictures(320, 576), TransformerOptions.of(DType.BF16), Provider.CUDA, Probe.NONE);
            OnnxModel text = TransformerGraph.text(weights, config, TransformerOptions.of(DType.BF16), Provider.CUDA, Probe.NONE);
            assertEquals(2 * config.layers(), step.count(Op.microsoft("MultiHeadAttention")));
            assertEquals(model.getValue(), TransformerWeights.required(config).size());
            assertEquals(List.of(), CudaKernels.missing(step));
            assertEquals(List.of(), CudaKernels.missing(text));
            assertTrue(step.bytes().length < 1 << 21, step.bytes().length + " bytes");
        }
    }

    @Test
    void aBlockOfTheTrueSizeRuns() throws Exception {
        TransformerConfig published = TransformerConfig.WAN_1_3B;
        TransformerConfig config = new TransformerConfig(
                published.dim(), published.ffnDim(), published.heads(), 1, published.freqDim(), 64, 16, published.eps());
        Weights zeros = TestWeights.zeros(folder.resolve("block.safetensors"), config, DType.BF16);
        LatentSize size = new LatentSize(4, 6);
        try (Transformer transformer = Transformer.load(Ort.cpu(), config, size, zeros, TransformerOptions.of(DType.F32));
                TransformerState state = transformer.open(2)) {
            state.setPrompt(new PromptEmbedding(config.textLen(), config.textDim(), new float[config.textLen() * config.textDim()]));
            float[] latents = new float[(int) size.latents(1).elements()];
            for (int i = 0; i < latents.length; i++) {
                latents[i] = i;
            }
            state.latents(1).write(latents);
            // A network of zeros finds no noise in anything.
            assertArrayEquals(latents, state.denoise(new RollingWindow(2, 1).pass(0, 1), state.latents(1), 750, 0.75f).floats());
        }
    }

    private OnnxModel step(DType stored, DType compute, Provider provider) throws IOException, CheckpointException {
        return TransformerGraph.step(tiny(stored), TINY, SIZE, TransformerOptions.of(compute), provider, Probe.NONE);
    }

    private static OnnxModel biased(Weights weights, TransformerConfig config, LatentSize size, DType compute, Provider provider) {
        TransformerOptions options = TransformerOptions.of(compute).withKeys(KeyCache.BIASED);
        return TransformerGraph.step(weights, config, size, options, provider, Probe.NONE);
    }

    private OnnxModel text(DType stored, DType compute, Provider provider) throws IOException, CheckpointException {
        return TransformerGraph.text(tiny(stored), TINY, TransformerOptions.of(compute), provider, Probe.NONE);
    }

    private Weights tiny(DType stored) throws IOException, CheckpointException {
        return TestWeights.zeros(folder.resolve(stored + ".safetensors"), TINY, stored);
    }

    /** Number of nodes of each operator in a block, casts of weights left out. */
    private static Map<String, Long> ofBlock(int layer, OnnxModel model) {
        return model.nodes().stream()
                .filter(node -> (node.path() + "/").contains("blocks." + layer + ".")
                        || node.path().matches("cache_[kv]\\." + layer + "\\..*"))
                .collect(Collectors.groupingBy(node -> node.op().toString(), TreeMap::new, Collectors.counting()));
    }
}
