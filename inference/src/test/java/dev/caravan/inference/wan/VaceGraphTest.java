package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.CheckpointFile;
import dev.caravan.inference.nn.CudaKernels;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.onnx.Initializer;
import dev.caravan.inference.onnx.Node;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the models with VACE consist of, on both providers. */
class VaceGraphTest {

    private static final TransformerConfig TINY = new TransformerConfig(48, 96, 2, 3, 16, 20, 7, 1e-6f);
    private static final LatentSize SIZE = new LatentSize(4, 6);

    @TempDir
    private Path folder;

    /** The four models of one transformer with VACE. */
    private record Models(OnnxModel text, OnnxModel step, OnnxModel vaceText, OnnxModel hints) {
        List<OnnxModel> all() {
            return List.of(text, step, vaceText, hints);
        }
    }

    @Test
    void aStepDoesNothingMoreThanAddingItsHints() throws Exception {
        Map<String, Long> expected = operators(TransformerGraph.step(
                transformer(TINY, DType.F32), TINY, SIZE, TransformerOptions.of(DType.F32), Provider.CPU, Probe.NONE));
        expected.merge("Add", 2L, Long::sum);
        assertEquals(expected, operators(models(TINY, SIZE, 2, DType.F32, DType.F32, Provider.CPU).step()));
    }

    @Test
    void aVaceBlockHasNoCache() throws Exception {
        Map<String, Long> expected = new TreeMap<>(Map.of(
                "Gemm", 9L,
                "RMSNormalization", 3L,
                "com.microsoft.SkipLayerNormalization", 3L,
                "com.microsoft.RotaryEmbedding", 2L,
                "com.microsoft.MultiHeadAttention", 2L,
                "com.microsoft.FastGelu", 1L,
                "Mul", 4L,
                "Add", 3L,
                "Split", 1L));
        // Costs nothing: another view of the same memory.
        expected.put("Reshape", 6L);
        OnnxModel hints = models(TINY, SIZE, 2, DType.F32, DType.F32, Provider.CPU).hints();
        assertEquals(expected, hints.nodes().stream().filter(node -> node.path().startsWith("vace_blocks.1."))
                .collect(Collectors.groupingBy(node -> node.op().toString(), TreeMap::new, Collectors.counting())));
    }

    @Test
    void cudaHasAKernelForEveryNode() throws Exception {
        for (DType stored : List.of(DType.BF16, DType.F32)) {
            for (OnnxModel model : models(TINY, SIZE, 2, stored, DType.BF16, Provider.CUDA).all()) {
                assertEquals(List.of(), CudaKernels.missing(model), model.name());
            }
        }
    }

    @Test
    void nothingIsCastWhereWeightsAreWhatIsComputed() throws Exception {
        for (OnnxModel model : models(TINY, SIZE, 2, DType.F32, DType.F32, Provider.CPU).all()) {
            assertEquals(0, model.count(Op.onnx("Cast")), model.name());
        }
    }

    @Test
    void noNodeComputesAShape() throws Exception {
        Set<String> types = new HashSet<>();
        models(TINY, SIZE, 2, DType.BF16, DType.BF16, Provider.CUDA).all()
                .forEach(model -> model.nodes().stream().map(Node::op).map(Op::type).forEach(types::add));
        for (String type : List.of("Shape", "Size", "Range", "Expand", "Tile", "ConstantOfShape", "NonZero", "If", "Pad")) {
            assertTrue(!types.contains(type), type);
        }
    }

    /** CUDA reads what such a node puts together from memory that a replay of a recorded run finds used otherwise. */
    @Test
    void nothingOfDifferentSizesIsPutTogether() throws Exception {
        assertEquals(0, models(TINY, SIZE, 2, DType.BF16, DType.BF16, Provider.CUDA).hints().count(Op.onnx("Concat")));
    }

    @Test
    void onlyPatchesAndTimestepsAreLoadedTwice() throws Exception {
        List<String> loaded = new ArrayList<>();
        for (OnnxModel model : models(TINY, SIZE, 2, DType.F32, DType.F32, Provider.CPU).all()) {
            model.initializers().stream().filter(Initializer.External.class::isInstance).map(Initializer::name).forEach(loaded::add);
        }
        Set<String> needed = new TreeSet<>(TransformerWeights.required(TINY).keySet());
        needed.addAll(VaceWeights.required(TINY, 2).keySet());
        assertEquals(needed, new TreeSet<>(loaded));
        Set<String> once = new HashSet<>();
        assertEquals(twice(TINY).keySet(), loaded.stream().filter(name -> !once.add(name)).collect(Collectors.toSet()));
    }

    @Test
    void whatIsLoadedTwiceIsAboutAHundredthOfAPublishedModel() {
        for (TransformerConfig config : List.of(TransformerConfig.WAN_1_3B, TransformerConfig.WAN_14B)) {
            double share = (double) elements(twice(config)) / elements(TransformerWeights.required(config));
            assertTrue(share < 0.014, "" + share);
        }
    }

    @Test
    void thePublishedModelsAreBuiltInPlaceFromTheirFiles() throws Exception {
        Map<TransformerConfig, Integer> blocks = Map.of(TransformerConfig.WAN_1_3B, 15, TransformerConfig.WAN_14B, 8);
        for (Map.Entry<TransformerConfig, Integer> model : blocks.entrySet()) {
            TransformerConfig config = model.getKey();
            Models models = models(config, LatentSize.ofPictures(320, 576), model.getValue(), DType.BF16, DType.BF16, Provider.CUDA);
            for (OnnxModel one : models.all()) {
                assertEquals(List.of(), CudaKernels.missing(one), one.name());
                assertTrue(one.bytes().length < 1 << 21, one.bytes().length + " bytes");
            }
            assertEquals(2 * model.getValue(), models.hints().count(Op.microsoft("MultiHeadAttention")));
            assertEquals(2 * config.layers(), models.step().count(Op.microsoft("MultiHeadAttention")));
        }
    }

    private Models models(TransformerConfig config, LatentSize size, int blocks, DType stored, DType compute, Provider provider)
            throws CheckpointException {
        Weights weights = transformer(config, stored);
        Path file = folder.resolve("vace" + config.dim() + stored);
        VaceModule module = VaceModule.of(CheckpointFile.sparse(file, stored, VaceWeights.required(config, blocks)), config);
        TransformerOptions options = TransformerOptions.of(compute).withVace(module);
        return new Models(TransformerGraph.text(weights, config, options, provider, Probe.NONE),
                TransformerGraph.step(weights, config, size, options, provider, Probe.NONE),
                VaceGraph.text(module, config, compute, provider),
                VaceGraph.hints(weights, module, config, size, TransformerOptions.of(compute), provider, Probe.NONE));
    }

    private Weights transformer(TransformerConfig config, DType stored) throws CheckpointException {
        Path file = folder.resolve("transformer" + config.dim() + stored);
        return CheckpointFile.sparse(file, stored, TransformerWeights.required(config))::get;
    }

    private static Map<String, Shape> twice(TransformerConfig config) {
        return TransformerWeights.required(config).entrySet().stream()
                .filter(tensor -> tensor.getKey().matches("(patch_embedding|time_embedding|time_projection)\\..*"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static long elements(Map<String, Shape> tensors) {
        return tensors.values().stream().mapToLong(Shape::elements).sum();
    }

    private static Map<String, Long> operators(OnnxModel model) {
        return model.nodes().stream().collect(Collectors.groupingBy(node -> node.op().toString(), TreeMap::new, Collectors.counting()));
    }
}
