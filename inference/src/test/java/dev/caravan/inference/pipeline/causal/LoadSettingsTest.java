package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.PictureSize;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.wan.vae.VaeType;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LoadSettingsTest {

    private static final PipelineSchema SCHEMA = PipelineSchema.load("longlive");

    @Test
    void withoutParametersTheDefaultsOfTheSchemaCount() throws PipelineException {
        LoadSettings settings = settings(Map.of());
        assertEquals(new PictureSize(576, 320), settings.size());
        assertEquals(42, settings.seed());
        assertEquals(List.of(1000, 750, 500, 250), settings.steps());
        assertEquals(true, settings.manageCache());
        assertEquals(VaeType.WAN, settings.vae());
    }

    @Test
    void vaceIsLoadedUnlessItIsSwitchedOff() throws PipelineException {
        assertEquals(new VaceSettings(true, false, 1, List.of()), settings(Map.of()).vace());
        assertEquals(new VaceSettings(true, true, 1.5, List.of("a.png")), settings(
                Map.of("vace_enabled", true, "vace_context_scale", 1.5, "ref_images", List.of("a.png"))).vace());
        assertEquals(VaceSettings.OFF, settings(Map.of("vace_enabled", false)).vace());
    }

    @Test
    void vaceThatIsLeftOutIsSaid() throws PipelineException {
        LoadSettings without = settings(Map.of("base_seed", 7)).withoutVace("no VACE");
        assertEquals(VaceSettings.OFF, without.vace());
        assertEquals(List.of("no VACE"), without.notes());
        assertEquals(7, without.seed());
    }

    @Test
    void whatAClientSendsIsTaken() throws PipelineException {
        Map<String, Object> sent = new HashMap<>(Map.of(
                "height", 512, "width", 512, "base_seed", 7, "denoising_steps", List.of(1000, 500), "manage_cache", false,
                "vae_type", "lighttae", "vace_enabled", false, "an_unknown_key", "x"));
        sent.put("quantization", null);
        sent.put("loras", List.of());
        LoadSettings settings = settings(sent);
        assertEquals(new LoadSettings(new PictureSize(512, 512), 7, List.of(1000, 500), false, VaeType.LIGHTTAE, false, VaceSettings.OFF,
                List.of(), List.of()), settings);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            height | 500 | divisible by 16
            height | 8 | height must be a whole number from 16 to 2048; 8 given
            base_seed | -1 | base_seed must be a whole number of at least 0; -1 given
            base_seed | x | base_seed must be a whole number of at least 0; x given
            denoising_steps | [1001] | denoising_steps must be whole numbers from 0 to 1000; [1001] given
            denoising_steps | 5 | denoising_steps must be whole numbers from 0 to 1000; 5 given
            manage_cache | x | manage_cache must be true or false; x given
            vae_type | vae | vae_type must be one of wan, lightvae, tae, lighttae; vae given
            vace_enabled | yes | vace_enabled must be true or false; yes given
            vace_context_scale | 3 | vace_context_scale must be a number from 0 to 2; 3 given
            vace_context_scale | x | vace_context_scale must be a number from 0 to 2; x given
            ref_images | a.png | ref_images must be a list of at most 32 paths
            ref_images | [1] | ref_images must be a list of at most 32 paths
            quantization | int4 | quantization must be null or fp8_e4m3fn; int4 given
            loras | [3] | loras must be a list of {path, scale, merge_mode}
            loras | x | loras must be a list of {path, scale, merge_mode}
            loras | [{"scale":1}] | loras must be a list of {path, scale, merge_mode}
            loras | [{"path":"ink.safetensors"}] | the adapter ink.safetensors is not in the LoRA folder; GET /api/v1/loras lists those that are
            loras | [{"path":"/etc/passwd"}] | the adapter passwd is not in the LoRA folder; GET /api/v1/loras lists those that are
            loras | [{"path":"a","scale":10.5}] | the scale of an adapter must be a number from -10 to 10; 10.5 given
            loras | [{"path":"a","merge_mode":"melt"}] | merge_mode must be one of permanent_merge, runtime_peft, module_targeted; melt given
            lora_merge_mode | 7 | lora_merge_mode must be one of permanent_merge, runtime_peft, module_targeted; 7 given
            """)
    void whatCannotBeDoneIsRefusedInOneLine(String key, String value, String message) {
        PipelineException refused = assertThrows(PipelineException.class, () -> settings(Map.of(key, json(value))));
        String text = refused.getMessage();
        assertEquals(true, text.contains(message), () -> text);
        assertEquals(1, text.lines().count());
    }

    static Stream<Arguments> sentByNobodySane() {
        Object deep = "deep";
        for (int i = 0; i < 500; i++) {
            deep = List.of(deep);
        }
        List<Object> values = List.of("\u001b[31mred\nand a second line", "x".repeat(100_000), Collections.nCopies(100_000, "y"), deep,
                Map.of("a", 1), Double.NaN, -1e300);
        return Stream.of("width", "base_seed", "denoising_steps", "manage_cache", "vae_type", "vace_enabled", "vace_context_scale",
                        "quantization", "lora_merge_mode", "memflow_mode", "memflow_sparse_attention", "ema_precision")
                .flatMap(key -> values.stream().map(value -> arguments(key, value)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sentByNobodySane")
    void whatIsRefusedIsToldBackShortAndPrintable(String key, Object value) {
        String text = assertThrows(PipelineException.class, () -> settings(Map.of(key, value))).getMessage();
        assertTrue(text.startsWith(key + " ") && text.length() < 250, text);
        assertTrue(text.chars().allMatch(c -> c >= ' ' && c < 0x7f), text);
    }

    private static Object json(String text) {
        if (text.startsWith("[")) {
            try {
                return new ObjectMapper().readValue(text, List.class);
            } catch (JsonProcessingException e) {
                throw new AssertionError(e);
            }
        }
        if (text.equals("true")) {
            return true;
        }
        return text.matches("-?\\d+") ? (Object) Integer.valueOf(text) : text;
    }

    private static LoadSettings settings(Map<String, Object> parameters) throws PipelineException {
        new MemFlow().configured(parameters);
        new RewardForcing().configured(parameters);
        return LoadSettings.of(new LongLive(), SCHEMA, new LoadRequest(parameters, Path.of("models")));
    }
}
