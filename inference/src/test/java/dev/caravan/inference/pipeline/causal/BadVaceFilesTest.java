package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.ort.Handles;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files of VACE modules that are damaged, or of something else: one line, and without VACE all works as before. */
class BadVaceFilesTest {

    private static final String MODULE = "WanVideo_comfy/Wan2_1-VACE_module_1_3B_bf16.safetensors";
    private static final String LARGE_MODULE = "WanVideo_comfy/Wan2_1-VACE_module_14B_bf16.safetensors";
    private static final String NO_MODULE = " holds no VACE module: it has no block named vace_blocks.0";

    @TempDir
    private static Path shared;

    private static Path good;

    @TempDir
    private Path folder;

    @BeforeAll
    static void writeModels() throws Exception {
        good = TinyLongLive.models(shared);
        // Merged once, so that the loads of this test find the weights ready.
        TinyLongLive.load(Ort.cpu(), good).close();
    }

    private static ModelDamage block(String from, String to) {
        return ModelDamage.named(MODULE, name -> name.replace("vace_blocks." + from + ".", "vace_blocks." + to + "."));
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                arguments("cut short", ModelDamage.cut(MODULE), " ends behind the end of the file, which is not whole: download it again"),
                arguments("longer", ModelDamage.longer(MODULE), " has 1000 bytes more than its header says: download it again"),
                arguments("a web page", ModelDamage.text(MODULE, old -> "<html>404</html>"),
                        " is neither a safetensors file nor a PyTorch checkpoint: download it again"),
                arguments("overlapping tensors", ModelDamage.overlapping(MODULE), " overlaps another tensor"),
                arguments("that of the large model", ModelDamage.replaced(MODULE, LARGE_MODULE),
                        " does not fit this network: it has another shape for 62 of 62 tensors: vace_patch_embedding.weight is [48,96,1,2,2]"),
                arguments("a generator", ModelDamage.replaced(MODULE, ModelDamage.GENERATOR), NO_MODULE),
                arguments("a pickle that runs a command", ModelDamage.hostilePickle(MODULE), NO_MODULE),
                arguments("other names", ModelDamage.named(MODULE, name -> "x." + name), NO_MODULE),
                arguments("whole numbers", ModelDamage.ofWholeNumbers(MODULE, ".*self_attn\\.q\\.weight"),
                        " it cannot give 2 of 62 tensors: vace_blocks.0.self_attn.q.weight is of I64"),
                arguments("no first block", ModelDamage.without(MODULE, "vace_blocks\\.0\\..*"), " it lacks 31 of 62 tensors: vace_blocks.0."),
                arguments("a block too far", block("1", "7"), " does not fit this network: 8 blocks do not go with 3 layers"),
                arguments("a block very far", block("1", "999999999"), " 1000000000 blocks do not go with 3 layers"),
                arguments("a number written otherwise", block("1", "01"), " it lacks 29 of 62 tensors: vace_blocks.1."),
                arguments("a scalar", ModelDamage.ofShape(MODULE, "vace_patch_embedding.weight", Shape.of()),
                        " vace_patch_embedding.weight is [], not [32,96,1,2,2]"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damages")
    void isRefusedInOneLine(String name, ModelDamage damage, String words) throws Exception {
        Path models = TinyLongLive.linked(good, folder.resolve("set"));
        damage.to(models);
        Handles before = Ort.cpu().handles();
        PipelineException refusal = assertThrows(
                PipelineException.class, () -> TinyLongLive.load(Ort.cpu(), models, Map.of("vace_enabled", true)).close());
        assertTrue(refusal.getMessage().startsWith("Wan2_1-VACE_module_1_3B_bf16.safetensors") && refusal.getMessage().contains(words),
                refusal.getMessage());
        assertEquals(1, refusal.getMessage().lines().count());
        assertTrue(refusal.getMessage().length() < 4000);
        assertEquals(before, Ort.cpu().handles());
        try (LoadedPipeline model = TinyLongLive.load(Ort.cpu(), models); PipelineStream stream = TinyLongLive.open(model)) {
            assertEquals(9, TinyLongLive.chunk(stream, TinyLongLive.text("a boat")).size());
        }
    }

    /** Whoever names the family's own module gets an error, whoever does not gets the model and a note. */
    @Test
    void aFolderInItsPlaceCountsAsNoFile() throws Exception {
        Path models = TinyLongLive.linked(good, folder.resolve("set"));
        Files.delete(models.resolve(MODULE));
        Files.createDirectory(models.resolve(MODULE));
        String message = assertThrows(PipelineException.class,
                () -> TinyLongLive.load(Ort.cpu(), models, Map.of("vace_enabled", true)).close()).getMessage();
        assertTrue(message.startsWith("longlive misses model files: " + MODULE + ". "), message);
    }
}
