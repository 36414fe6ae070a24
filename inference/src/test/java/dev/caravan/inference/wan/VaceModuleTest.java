package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.CheckpointFile;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Which files are VACE modules, and where their hints go. */
class VaceModuleTest {

    private static final TransformerConfig CONFIG = new TransformerConfig(16, 24, 2, 5, 8, 12, 5, 1e-6f);

    private static final String PATCHES = "vace_patch_embedding.weight";

    @TempDir
    private Path folder;

    @Test
    void thePublishedModulesHintEverySecondAndEveryFifthLayer() {
        assertEquals(IntStream.range(0, 15).map(i -> 2 * i).boxed().toList(), VaceModule.layers(15, 30));
        assertEquals(List.of(0, 5, 10, 15, 20, 25, 30, 35), VaceModule.layers(8, 40));
        assertEquals(List.of(0, 2), VaceModule.layers(2, 3));
        assertEquals(List.of(0), VaceModule.layers(1, 1));
        assertEquals(List.of(0, 1, 2), VaceModule.layers(3, 3));
    }

    @ParameterizedTest
    @CsvSource({"0,3", "4,3", "3,4"})
    void blocksThatDoNotSpreadOverTheLayersAreRefused(int blocks, int layers) {
        String message = assertThrows(IllegalArgumentException.class, () -> VaceModule.layers(blocks, layers)).getMessage();
        assertTrue(message.contains(blocks + " blocks") && message.contains(layers + " layers"), message);
    }

    @Test
    void aModuleSaysHowManyBlocksItHas() throws Exception {
        Checkpoint module = VaceModule.in(file("module", VaceWeights.required(CONFIG, 3)), CONFIG);
        assertEquals(List.of(0, 2, 4), VaceModule.of(module, CONFIG).layers());
    }

    static List<GoldenCase> recorded() {
        return GoldenCase.where(manifest -> manifest.path("tensors").has(PATCHES));
    }

    @Tag("golden")
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("recorded")
    void aRecordedModuleHoldsExactlyWhatIsRequired(GoldenCase golden) throws Exception {
        Map<String, Shape> listed = new LinkedHashMap<>();
        golden.manifest().path("tensors").properties().forEach(tensor -> listed.put(
                tensor.getKey(), Shape.of(tensor.getValue().valueStream().mapToLong(JsonNode::asLong).toArray())));
        int dim = (int) listed.get(PATCHES).dim(0);
        int blocks = (int) listed.keySet().stream().filter(name -> name.endsWith(".after_proj.weight")).count();
        TransformerConfig config =
                new TransformerConfig(dim, (int) listed.get("vace_blocks.0.ffn.0.weight").dim(0), 2, blocks, 8, 8, 8, 1e-6f);
        assertEquals(listed, VaceWeights.required(config, blocks));
        assertEquals(listed.keySet(), VaceModule.in(golden.weights(), config).tensors().keySet());
    }

    @Test
    void ofAWholeCheckpointOnlyTheModuleIsTaken() throws Exception {
        Map<String, Shape> all = new LinkedHashMap<>();
        TransformerWeights.required(CONFIG).forEach((name, shape) -> all.put("generator.model." + name, shape));
        VaceWeights.required(CONFIG, 2).forEach((name, shape) -> all.put("generator.model." + name, shape));
        Checkpoint module = VaceModule.in(file("whole", all), CONFIG);
        assertEquals(VaceWeights.required(CONFIG, 2).keySet(), module.tensors().keySet());
    }

    @Test
    void aFileWithoutAModuleIsRefusedByName() throws Exception {
        assertRefused(file("generator", TransformerWeights.required(CONFIG)), "generator.safetensors holds no VACE module");
    }

    @Test
    void aModuleThatLacksATensorIsRefusedWithItsName() throws Exception {
        Map<String, Shape> shapes = new LinkedHashMap<>(VaceWeights.required(CONFIG, 3));
        shapes.remove("vace_blocks.1.after_proj.bias");
        assertRefused(file("holed", shapes), "lacks 1 of 91 tensors: vace_blocks.1.after_proj.bias");
    }

    @Test
    void aModuleOfAnotherTransformerIsRefused() throws Exception {
        TransformerConfig wider = new TransformerConfig(32, 24, 2, 5, 8, 12, 5, 1e-6f);
        assertRefused(file("wide", VaceWeights.required(wider, 3)), "vace_patch_embedding.bias is [32], not [16]");
        assertRefused(file("long", VaceWeights.required(CONFIG, 6)), "6 blocks do not go with 5 layers");
        assertRefused(file("uneven", VaceWeights.required(CONFIG, 4)), "4 blocks do not spread evenly over 5 layers");
    }

    @Test
    void aBlockNumberThatNobodyHasIsRefused() throws Exception {
        Map<String, Shape> shapes = new LinkedHashMap<>(VaceWeights.required(CONFIG, 1));
        shapes.put("vace_blocks.999999999.modulation", Shape.of(1));
        shapes.put("vace_blocks.99999999999999999999.modulation", Shape.of(1));
        assertRefused(file("numbered", shapes), "1000000000 blocks do not go with 5 layers");
    }

    @Test
    void layersOutOfOrderAreNone() {
        for (List<Integer> layers : List.of(List.<Integer>of(), List.of(2, 0), List.of(1, 1), List.of(-1, 0))) {
            assertThrows(IllegalArgumentException.class, () -> new VaceModule(name -> null, layers), layers.toString());
        }
    }

    private static void assertRefused(Checkpoint file, String reason) {
        String message = assertThrows(CheckpointException.class, () -> VaceModule.in(file, CONFIG)).getMessage();
        assertTrue(message.startsWith(file.fileName()) && message.contains(reason), message);
    }

    private Checkpoint file(String name, Map<String, Shape> shapes) throws CheckpointException {
        return CheckpointFile.sparse(folder.resolve(name + ".safetensors"), DType.BF16, shapes);
    }
}
