package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.ort.Handles;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.ParameterTable;
import dev.caravan.inference.pipeline.ParameterTable.Leniency;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What nobody sane sends for guidance, adapters and bias: doors refuse it, and what gets past a door costs a stream nothing. */
@Timeout(120)
class GuidedParametersTest {

    private static final List<String> KEYS = List.of("vace_enabled", "vace_use_input_video", "vace_ref_images", "vace_context_scale",
            "first_frame_image", "last_frame_image", "lora_scales", "kv_cache_attention_bias");

    @TempDir
    private static Path folder;

    private static List<Object> values() {
        Object deep = "deep";
        for (int i = 0; i < 500; i++) {
            deep = List.of(deep);
        }
        Map<String, Object> nothing = new HashMap<>();
        nothing.put("path", null);
        nothing.put("scale", null);
        return new ArrayList<>(Arrays.asList("", "\u0000", "NaN", 0, -1, 1e300, 1e-300, Double.NaN, Double.NEGATIVE_INFINITY, true, List.of(),
                Map.of(), List.of("a", 1, List.of("b")), "x".repeat(100_000), Collections.nCopies(1000, "none"),
                Collections.nCopies(100_000, "a"), deep, List.of(Map.of()), nothing, Arrays.asList(null, nothing),
                Collections.nCopies(10_000, Map.of("path", "nowhere", "scale", 3)),
                List.of(Map.of("path", "beside.safetensors", "scale", Double.NaN)),
                List.of(Map.of("path", "beside.safetensors", "scale", 1e300)),
                List.of(Map.of("path", "beside.safetensors", "scale", "much"))));
    }

    static Stream<FamilyCase> families() {
        return FamilyCase.all().stream().filter(family -> family.name().matches("longlive|krea-realtime-video"));
    }

    @ParameterizedTest
    @MethodSource("families")
    void whatGetsPastADoorCostsAStreamNothing(FamilyCase family) throws Exception {
        Path models = FamilyCase.models(folder.resolve(family.name()));
        Handles before = Ort.cpu().handles();
        try (LoadedPipeline model = family.load(Ort.cpu(), models); PipelineStream stream = FamilyCase.open(model)) {
            for (String key : family.family() instanceof KreaRealtimeVideo ? List.of("kv_cache_attention_bias") : KEYS) {
                for (Object value : values()) {
                    Map<String, Object> parameters = new HashMap<>(
                            Map.of("reset_cache", true, "vace_enabled", true, "first_frame_image", "a", "denoising_step_list", List.of(1000)));
                    parameters.put(key, value);
                    Chunk chunk = stream.next(List.of(), TinyLongLive.with(parameters), (picture, time) -> {});
                    assertEquals(family.firstPictures(false), chunk.frames(), key + "=" + value);
                }
            }
            assertEquals(family.laterPictures(), TinyLongLive.chunk(stream, new Parameters(Map.of(
                    "input_mode", "text", "denoising_step_list", List.of(1000), "manage_cache", false))).size());
        }
        assertEquals(before, Ort.cpu().handles());
    }

    @Test
    void doorsLetOnlyThroughWhatIsMeantAndAnswerShortly() {
        for (String key : KEYS) {
            for (Object value : values()) {
                for (Leniency leniency : Leniency.values()) {
                    ParameterTable.Checked checked = ParameterTable.check(Map.of(key, value), leniency);
                    assertEquals(checked.accepted().isEmpty(), !checked.errors().isEmpty(), key + "=" + value);
                    assertTrue(checked.errors().toString().length() < 1000, checked.errors()::toString);
                    assertTrue(checked.accepted().isEmpty() || meant(checked.accepted().get(key)), () -> key + "=" + checked.accepted());
                }
            }
        }
    }

    private static boolean meant(Object accepted) {
        return switch (accepted) {
            case Boolean _ -> true;
            case Double number -> number >= 0 && number <= 2;
            case String path -> path.length() <= 4096;
            case List<?> list -> list.size() <= 100;
            default -> false;
        };
    }
}
