package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.caravan.inference.checkpoint.NewTensor;
import dev.caravan.inference.ort.FragileDevice;
import dev.caravan.inference.ort.Handles;
import dev.caravan.inference.pipeline.LoadedAdapter;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Loads with adapters: what comes of them, what is told of them, and which files make a load fail with one line. */
class AdapterLoadTest {

    private static final String Q = "diffusion_model.blocks.0.self_attn.q";

    @TempDir
    private static Path folder;

    private static Path models;
    private static FragileDevice device;

    @BeforeAll
    static void writeModels() throws Exception {
        models = TinyLongLive.models(folder);
        device = new FragileDevice();
        // Merged once with its own adapter, so that the loads of this test find the weights ready.
        TinyLongLive.load(device.device(), models).close();
    }

    @AfterAll
    static void closeDevice() {
        device.close();
    }

    @AfterEach
    void nothingIsLeftOnTheDevice() {
        assertEquals(0, device.device().memory().tensors());
        assertEquals(new Handles(0, 0, 0), device.device().handles());
    }

    private static LoadedPipeline load(String mode, Object... adapters) throws Exception {
        return TinyLongLive.load(device.device(), models, LoraFiles.load(mode, adapters));
    }

    private static List<byte[]> pictures(LoadedPipeline model) throws Exception {
        try (PipelineStream stream = TinyLongLive.open(model)) {
            return TinyLongLive.chunk(stream, TinyLongLive.text("a boat"));
        }
    }

    /** Most that two bytes of the same place differ by. */
    private static int apart(List<byte[]> expected, List<byte[]> actual) {
        assertEquals(expected.size(), actual.size());
        int most = 0;
        for (int i = 0; i < expected.size(); i++) {
            for (int at = 0; at < expected.get(i).length; at++) {
                most = Math.max(most, Math.abs((expected.get(i)[at] & 255) - (actual.get(i)[at] & 255)));
            }
        }
        return most;
    }

    @Test
    void twoAdaptersMakeTheSamePicturesMergedAndBesideTheWeights() throws Exception {
        Object[] both = {LoraFiles.adapter(LoraFiles.CONVERTED, 0.7), LoraFiles.adapter(LoraFiles.TRAINER, -0.6)};
        try (LoadedPipeline without = TinyLongLive.load(device.device(), models);
                LoadedPipeline merged = load("permanent_merge", both);
                LoadedPipeline beside = load("runtime_peft", both)) {
            List<byte[]> expected = pictures(merged);
            assertTrue(apart(expected, pictures(beside)) <= 1);
            assertTrue(apart(expected, pictures(without)) > 8);
        }
    }

    @Test
    void eachMayBeLoadedInAWayOfItsOwn() throws Exception {
        try (LoadedPipeline mixed = load("permanent_merge", LoraFiles.adapter(LoraFiles.CONVERTED, 0.7),
                        Map.of("path", LoraFiles.TRAINER, "scale", -0.6, "merge_mode", "runtime_peft"));
                LoadedPipeline beside = load("runtime_peft",
                        LoraFiles.adapter(LoraFiles.CONVERTED, 0.7), LoraFiles.adapter(LoraFiles.TRAINER, -0.6))) {
            assertTrue(apart(pictures(mixed), pictures(beside)) <= 1);
            String lora = models.resolve("lora").toAbsolutePath() + "/";
            assertEquals(List.of(new LoadedAdapter(lora + LoraFiles.CONVERTED, 0.7, "permanent_merge"),
                    new LoadedAdapter(lora + LoraFiles.TRAINER, -0.6, "runtime_peft")), mixed.adapters());
        }
    }

    @Test
    void anAdapterAsItWasTrainedTakesNoScaleAndThatIsSaid() throws Exception {
        try (LoadedPipeline targeted = load("module_targeted", LoraFiles.adapter(LoraFiles.CONVERTED, 0.1));
                LoadedPipeline whole = load("runtime_peft", Map.of("path", LoraFiles.CONVERTED))) {
            assertTrue(apart(pictures(whole), pictures(targeted)) <= 1);
            assertTrue(targeted.notes().contains(LoraFiles.CONVERTED + " is loaded as it was trained: module_targeted takes no scale"),
                    targeted.notes()::toString);
            assertEquals(1, whole.adapters().getFirst().scale());
        }
    }

    @ParameterizedTest
    @EnumSource(MergeMode.class)
    void whatDoesNothingIsToldInALineAndTheRestIsLoaded(MergeMode mode) throws Exception {
        String hostile = "\u001b[31m\u202e" + "n".repeat(3000);
        LoraFiles.write(models, "partly.safetensors",
                LoraFiles.matrix(Q + ".lora_A.weight", 2, 32, 0.1f), LoraFiles.matrix(Q + ".lora_B.weight", 32, 2, 0.1f),
                LoraFiles.matrix("diffusion_model.blocks.9.ffn.0.lora_A.weight", 2, 7, 1),
                LoraFiles.matrix("diffusion_model.blocks.9.ffn.0.lora_B.weight", 7, 2, 1),
                LoraFiles.matrix("vace_blocks.0.self_attn.q.lora_A.weight", 2, 32, 1),
                LoraFiles.matrix("vace_blocks.0.self_attn.q.lora_B.weight", 32, 2, 1), LoraFiles.matrix(hostile, 1, 1, 1));
        try (LoadedPipeline model = load(mode.wireName(), Map.of("path", "partly.safetensors"))) {
            String note = model.notes().stream().filter(line -> line.startsWith("partly")).findFirst().orElseThrow();
            assertEquals("partly.safetensors has 5 tensors that do nothing to longlive, for example ?[31m?" + "n".repeat(74)
                    + "..., diffusion_model.blocks.9.ffn.0.lora_A.weight, diffusion_model.blocks.9.ffn.0.lora_B.weight", note);
        }
    }

    @Test
    void ofMergesTheLastTwoStayOnDiskBesideTheOneWithoutAdapters() throws Exception {
        for (double scale : new double[] {0.1, 0.2, 0.3}) {
            load("permanent_merge", LoraFiles.adapter(LoraFiles.CONVERTED, scale)).close();
        }
        // Of this strength nothing is merged.
        load("permanent_merge", LoraFiles.adapter(LoraFiles.CONVERTED, 0)).close();
        try (Stream<Path> files = Files.list(models.resolve("derived"))) {
            List<String> names = files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".safetensors")).toList();
            assertEquals(2, names.stream().filter(name -> name.startsWith("longlive-adapted-")).count(), names::toString);
            assertEquals(1, names.stream().filter(name -> name.matches("longlive-[0-9a-f]{64}\\.safetensors")).count(), names::toString);
        }
    }

    static Stream<Arguments> refused() {
        NewTensor a = LoraFiles.matrix(Q + ".lora_A.weight", 2, 32, 0.1f);
        NewTensor b = LoraFiles.matrix(Q + ".lora_B.weight", 32, 2, 0.1f);
        return Stream.of(
                arguments("nothing.safetensors", new NewTensor[] {LoraFiles.matrix("layers.0.lora_A.weight", 2, 32, 1),
                    LoraFiles.matrix("layers.0.lora_B.weight", 32, 2, 1)},
                        "nothing.safetensors adapts no layer of longlive: it is for another model, or no adapter; it has"
                                + " layers.0.lora_A.weight, layers.0.lora_B.weight"),
                arguments("wider.safetensors", new NewTensor[] {a, LoraFiles.matrix(Q + ".lora_B.weight", 64, 2, 1)},
                        "wider.safetensors was trained for another base model: for blocks.0.self_attn.q it has [64,2] times [2,32], this"
                                + " model has [32,32]; choose an adapter made for this one"),
                arguments("apart.safetensors", new NewTensor[] {a, LoraFiles.matrix(Q + ".lora_B.weight", 32, 3, 1)},
                        "apart.safetensors does not fit this model: for blocks.0.self_attn.q [32,32] it has [32,3] times [2,32]"),
                arguments("deep.safetensors", new NewTensor[] {LoraFiles.matrix(Q + ".lora_A.weight", 9000, 32, 1),
                    LoraFiles.matrix(Q + ".lora_B.weight", 32, 9000, 1)},
                        "deep.safetensors cannot be used: for blocks.0.self_attn.q it has rank 9000, and 1 to 8192 is known"),
                arguments("nan.safetensors", new NewTensor[] {a, LoraFiles.matrix(Q + ".lora_B.weight", 32, 2, Float.NaN)},
                        "nan.safetensors cannot be used: for blocks.0.self_attn.q it has numbers that are not finite, as a training that"
                                + " failed leaves them"),
                arguments("twice.safetensors", new NewTensor[] {a, b, LoraFiles.matrix("blocks.0.self_attn.q.lora_A.weight", 2, 32, 1)},
                        "twice.safetensors adapts blocks.0.self_attn.q twice"),
                arguments("half.safetensors", new NewTensor[] {a},
                        "half.safetensors adapts no layer of longlive: it is for another model, or no adapter; it has " + Q
                                + ".lora_A.weight"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void anAdapterThatCannotBeUsedIsRefusedByItsName(String name, NewTensor[] tensors, String message) throws Exception {
        LoraFiles.write(models, name, tensors);
        for (MergeMode mode : MergeMode.values()) {
            assertEquals(message, refusal(LoraFiles.load(mode.wireName(), Map.of("path", name))));
        }
    }

    @Test
    void aPickleIsReadAndNeverRun() throws Exception {
        Path file = models.resolve("lora/evil.pt");
        Files.writeString(file, "");
        ModelDamage.hostilePickle("lora/evil.pt").to(models);
        String message = refusal(LoraFiles.load("runtime_peft", Map.of("path", "evil.pt")));
        assertTrue(message.startsWith("evil.pt adapts no layer of longlive"), message);
        assertFalse(Files.exists(Path.of("executed-by-a-pickle")));
    }

    @Test
    void aFileThatIsNoCheckpointIsRefusedByItsName() throws IOException {
        Files.writeString(models.resolve("lora/page.safetensors"), "<html>404</html>");
        String message = refusal(LoraFiles.load("permanent_merge", Map.of("path", "page.safetensors")));
        assertTrue(message.startsWith("page.safetensors is neither a safetensors file nor a PyTorch checkpoint"), message);
    }

    @Test
    void oneThatIsNotThereOrNamedTwiceIsRefusedBeforeAnythingIsRead() {
        assertEquals("the adapter gone.safetensors is not in the LoRA folder; GET /api/v1/loras lists those that are",
                refusal(LoraFiles.load("runtime_peft", Map.of("path", "styles/gone.safetensors"))));
        assertEquals("the adapter " + LoraFiles.TRAINER + " is named more than once in loras", refusal(LoraFiles.load("runtime_peft",
                Map.of("path", LoraFiles.TRAINER), Map.of("path", models.resolve("lora").resolve(LoraFiles.TRAINER).toString()))));
        assertEquals("module_targeted takes one adapter; load the others with another merge_mode", refusal(LoraFiles.load(
                "module_targeted", Map.of("path", LoraFiles.TRAINER), Map.of("path", LoraFiles.CONVERTED))));
    }

    private static String refusal(Map<String, Object> parameters) {
        PipelineException refused =
                assertThrows(PipelineException.class, () -> TinyLongLive.load(device.device(), models, parameters).close());
        assertTrue(refused.fatal());
        return refused.getMessage();
    }
}
