package dev.caravan.inference.pipeline.causal;

import static dev.caravan.inference.pipeline.causal.ModelDamage.CONFIG;
import static dev.caravan.inference.pipeline.causal.ModelDamage.GENERATOR;
import static dev.caravan.inference.pipeline.causal.ModelDamage.LORA;
import static dev.caravan.inference.pipeline.causal.ModelDamage.TEXT_ENCODER;
import static dev.caravan.inference.pipeline.causal.ModelDamage.TOKENIZER;
import static dev.caravan.inference.pipeline.causal.ModelDamage.VAE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.caravan.inference.ort.FragileDevice;
import dev.caravan.inference.ort.Handles;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.tensor.Shape;
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
import org.junit.jupiter.params.provider.MethodSource;

/** Files of a model that are damaged, of something else, or hostile: one clear line, nothing kept, and the next load works. */
class BadModelFilesTest {

    @TempDir
    private static Path shared;

    private static Path good;
    private static FragileDevice device;

    @TempDir
    private Path folder;

    @BeforeAll
    static void writeModels() throws Exception {
        good = TinyLongLive.models(shared);
        device = new FragileDevice();
        // Merged once, so that the loads of this test find the weights ready.
        TinyLongLive.load(device.device(), good).close();
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

    static Stream<Arguments> damages() {
        return Stream.of(
                arguments("a generator cut short", ModelDamage.cut(GENERATOR), "longlive_base.pt is damaged, download it again"),
                arguments("a generator with something behind it", ModelDamage.longer(GENERATOR),
                        "longlive_base.pt is damaged, download it again"),
                arguments("a generator that is empty", ModelDamage.bytes(GENERATOR, old -> new byte[0]),
                        "neither a safetensors file nor a PyTorch checkpoint: download it again"),
                arguments("a generator that is a web page", ModelDamage.text(GENERATOR, old -> "<html>404</html>"),
                        "neither a safetensors file nor a PyTorch checkpoint: download it again"),
                arguments("a generator that runs a command", ModelDamage.hostilePickle(GENERATOR),
                        "longlive_base.pt does not fit this network: it lacks 96 of 96 tensors: patch_embedding.weight, "),
                arguments("a generator of the VAE", ModelDamage.replaced(GENERATOR, VAE),
                        "longlive_base.pt does not fit this network: it lacks 96 of 96 tensors: patch_embedding.weight, "),
                arguments("a generator without a block", ModelDamage.without(GENERATOR, ".*blocks\\.2\\..*"),
                        "lacks 27 of 96 tensors: blocks.2.modulation, "),
                arguments("a generator of other shapes", ModelDamage.ofShape(GENERATOR, ".*head\\.head\\.weight", Shape.of(3, 5)),
                        "has another shape for 1 of 96 tensors: head.head.weight is [3,5], not [64,32]"),
                arguments("a generator of whole numbers", ModelDamage.ofWholeNumbers(GENERATOR, ".*patch_embedding\\.weight"),
                        "patch_embedding.weight is of I64, not of floating-point numbers"),
                arguments("a generator of whole-numbered matrices", ModelDamage.ofWholeNumbers(GENERATOR, ".*self_attn\\.q\\.weight"),
                        "longlive_base.pt does not fit this network: it cannot give 3 of 96 tensors: blocks.0.self_attn.q.weight is of"
                                + " I64"),
                arguments("an adapter cut short", ModelDamage.cut(LORA), "lora.pt is damaged, download it again"),
                arguments("an adapter of nothing", ModelDamage.named(LORA, name -> name.replace("blocks", "layers")),
                        "lora.pt adapts no layer of longlive_base.pt"),
                arguments("an adapter of another rank",
                        ModelDamage.ofShape(LORA, ".*blocks\\.0\\.self_attn\\.q\\.lora_A\\.weight", Shape.of(3, 32)),
                        "lora.pt does not fit this model: for blocks.0.self_attn.q [32,32] it has [32,4] times [3,32]"),
                arguments("an adapter of no matrices", ModelDamage.ofShape(LORA, ".*lora_A\\.weight", Shape.of()),
                        "lora.pt does not fit this model"),
                arguments("an adapter of rank 0", ModelDamage.ofShape(LORA, ".*lora_A\\.weight", Shape.of(0, 32)),
                        "lora.pt does not fit this model"),
                arguments("an adapter of whole numbers", ModelDamage.ofWholeNumbers(LORA, ".*lora_B\\.weight"),
                        "lora.pt does not fit this model: for blocks.0.self_attn.q it has matrices of I64 and F32, not of floating-point"
                                + " numbers"),
                arguments("a configuration that is no JSON", ModelDamage.text(CONFIG, old -> "{dim: "),
                        "config.json is not JSON (line 1, column "),
                arguments("a configuration that is a list", ModelDamage.text(CONFIG, old -> "[1, 2]"),
                        "config.json cannot be used: it says no whole number for dim"),
                arguments("a configuration without end", ModelDamage.text(CONFIG, old -> " ".repeat(1 << 21)),
                        "config.json is larger than a configuration can be: download it again"),
                arguments("a configuration nested without end", ModelDamage.text(CONFIG, old -> "[".repeat(1 << 19)),
                        "config.json is not JSON"),
                arguments("a configuration in no UTF-8", ModelDamage.bytes(CONFIG, old -> new byte[] {(byte) 0xff, (byte) 0xfe}),
                        "config.json is not UTF-8 text: download it again"),
                arguments("heads that do not divide", ModelDamage.config(json -> json.put("num_heads", 3)),
                        "config.json cannot be used: dim 32 does not make 3 heads"),
                arguments("another kind of network", ModelDamage.config(json -> json.put("model_type", "i2v")),
                        "config.json cannot be used: model_type is"),
                arguments("other latents", ModelDamage.config(json -> json.put("in_dim", 36)), "config.json cannot be used: in_dim is 36"),
                arguments("a width without end", ModelDamage.config(json -> json.put("dim", Integer.MAX_VALUE - 1)),
                        "config.json cannot be used: a transformer has widths up to 32768"),
                arguments("layers without end", ModelDamage.config(json -> json.put("num_layers", Integer.MAX_VALUE)),
                        "config.json cannot be used: a transformer has widths up to 32768, up to 1000 layers"),
                arguments("more layers than there are", ModelDamage.config(json -> json.put("num_layers", 4)),
                        "longlive_base.pt does not fit this network: it lacks 27 of 123 tensors: blocks.3.modulation, "),
                arguments("prompts without end", ModelDamage.config(json -> json.put("text_len", Integer.MAX_VALUE)),
                        "config.json cannot be used: a transformer has"),
                arguments("no prompts", ModelDamage.config(json -> json.put("text_len", "many")),
                        "config.json cannot be used: it says no whole number for text_len"),
                arguments("an eps that is none", ModelDamage.config(json -> json.put("eps", "NaN")), "config.json cannot be used"),
                arguments("a tokenizer cut short", ModelDamage.cut(TOKENIZER),
                        "tokenizer.json is damaged, download it again: it is no JSON (line 1"),
                arguments("a tokenizer of another kind", ModelDamage.text(TOKENIZER, old -> old.replace("Unigram", "BPE")),
                        "tokenizer.json holds a 'BPE' tokenizer"),
                arguments("a text encoder cut short", ModelDamage.cut(TEXT_ENCODER),
                        "umt5-xxl-enc-fp8_e4m3fn.safetensors: blocks.0.ffn.gate.0.weight ends behind the end of the file"),
                arguments("a text encoder with something behind it", ModelDamage.longer(TEXT_ENCODER),
                        "has 1000 bytes more than its header says: download it again"),
                arguments("a text encoder whose tensors overlap", ModelDamage.overlapping(TEXT_ENCODER), "overlaps another tensor"),
                arguments("a text encoder of whole numbers", ModelDamage.ofWholeNumbers(TEXT_ENCODER, "blocks.0.attn.q.weight"),
                        "umt5-xxl-enc-fp8_e4m3fn.safetensors does not fit this network: it cannot give 1 of"),
                arguments("prompts of another width", ModelDamage.config(json -> json.put("text_dim", 48)),
                        "longlive_base.pt does not fit this network: it has another shape for 1 of 96 tensors: text_embedding.0.weight is"
                                + " [32,32], not [32,48]"),
                arguments("a text encoder of fewer words", ModelDamage.ofShape(TEXT_ENCODER, "token_embedding.weight", Shape.of(16, 32)),
                        " pieces, the text encoder knows 16: the files do not belong together"),
                arguments("a VAE cut short", ModelDamage.cut(VAE), "Wan2.1_VAE.pth is damaged, download it again"),
                arguments("a VAE that runs a command", ModelDamage.hostilePickle(VAE),
                        "tensors: encoder.conv1.weight, "),
                arguments("a VAE of another type", ModelDamage.replaced(VAE, "Autoencoders/taew2_1.pth"),
                        "tensors: encoder.conv1.weight, "),
                arguments("a VAE without its encoder", ModelDamage.without(VAE, "encoder.*"),
                        "tensors: encoder.conv1.weight, "),
                arguments("a VAE of channels without end", ModelDamage.ofShape(VAE, "encoder.conv1.weight", Shape.of(1L << 33, 3, 3, 0, 3)),
                        "Wan2.1_VAE.pth"),
                arguments("a VAE of whole numbers", ModelDamage.ofWholeNumbers(VAE, "decoder.conv1.weight"),
                        "Wan2.1_VAE.pth does not fit this network: it cannot give 1 of 194 tensors: decoder.conv1.weight is of I64"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damages")
    void isRefusedInOneLine(String name, ModelDamage damage, String words) throws Exception {
        Path models = TinyLongLive.linked(good, folder.resolve("set"));
        damage.to(models);
        String message = refusal(models);
        assertTrue(message.contains(words), message);
        assertFalse(Files.exists(Path.of("executed-by-a-pickle")), "a command of a pickle was executed");
    }

    @Test
    void theNextLoadOfGoodFilesWorks() throws Exception {
        Path models = TinyLongLive.linked(good, folder.resolve("set"));
        ModelDamage.cut(VAE).to(models);
        refusal(models);
        Files.delete(models.resolve(VAE));
        Files.createLink(models.resolve(VAE), good.resolve(VAE));
        try (LoadedPipeline model = TinyLongLive.load(device.device(), models); PipelineStream stream = TinyLongLive.open(model)) {
            assertEquals(9, TinyLongLive.chunk(stream, TinyLongLive.text("a boat")).size());
        }
    }

    /** What ONNX Runtime says names the file with its folder, here one with spaces. */
    @Test
    void aFileThatGoesAwayWhileItIsLoadedIsToldOfWithoutItsFolder() throws Exception {
        Path models = TinyLongLive.linked(good, folder.resolve("models of somebody private"));
        PipelineException refusal = assertThrows(PipelineException.class, () -> TinyLongLive.on(device.device()).load(
                TinyLongLive.request(models, Map.of()), stage -> {
                    if (stage.equals("Building diffusion model...")) {
                        delete(models.resolve(GENERATOR));
                    }
                }));
        oneLineWithoutFolder(refusal.getMessage());
        assertTrue(refusal.getMessage().startsWith("longlive cannot be loaded: "), refusal.getMessage());
    }

    private static String refusal(Path models) {
        PipelineException refusal = assertThrows(PipelineException.class, () -> TinyLongLive.load(device.device(), models).close());
        assertTrue(refusal.fatal());
        oneLineWithoutFolder(refusal.getMessage());
        return refusal.getMessage();
    }

    private static void oneLineWithoutFolder(String message) {
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.length() < 4000, message.length() + " characters");
        for (String word : List.of("/tmp", "models/", "private", "Exception", "REDACTED", "null")) {
            assertFalse(message.contains(word), message);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
