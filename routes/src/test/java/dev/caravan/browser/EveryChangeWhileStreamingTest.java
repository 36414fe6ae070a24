package dev.caravan.browser;

import static dev.caravan.browser.Screen.BLUE;
import static dev.caravan.browser.Screen.RED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.api.Json;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.frames.FfmpegPictures;
import dev.caravan.processors.frames.PictureFormat;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every parameter the published guides change while they stream, sent on the data channel to each real pipeline: all are in the session's
 * log of controls as applied, from the chunk that first used them. Small sizes, so that there are many chunks; what a change does to the
 * tensors of a chunk is tested where those are at hand.
 */
class EveryChangeWhileStreamingTest {

    private static final String ADAPTER = "random-weights-converted.safetensors";

    private static ModelClients clients;
    private static String picture;

    @BeforeAll
    static void start() throws Exception {
        clients = new ModelClients();
        byte[] png = FfmpegPictures.shared().encode(new Picture.Rgb24(64, 48, new byte[3 * 64 * 48]), PictureFormat.PNG, 100);
        String uploaded = clients.hub.send("POST", "/api/v1/assets?filename=character.png", HttpRequest.BodyPublishers.ofByteArray(png),
                "Content-Type", "application/octet-stream").body();
        picture = Json.read(uploaded.getBytes(StandardCharsets.UTF_8)).get("path").asText();
    }

    @AfterAll
    static void stop() {
        clients.close();
    }

    @AfterEach
    void leave() {
        clients.leave();
    }

    @ParameterizedTest
    @ValueSource(strings = {"longlive", "streamdiffusionv2", "reward-forcing", "memflow", "krea-realtime-video"})
    void everyParameterOfTheGuidesIsAppliedWhileItStreams(String pipeline) {
        // The adapter of the small set fits the small transformer, not that in the place of the 14B one.
        boolean adapted = !pipeline.startsWith("krea");
        clients.load("{\"pipeline_id\":\"" + pipeline + "\",\"load_params\":{\"width\":64,\"height\":64,\"vae_type\":\"lighttae\","
                + "\"vace_enabled\":true,\"quantization\":" + (adapted ? "null" : "\"fp8_e4m3fn\"")
                + (adapted ? ",\"lora_merge_mode\":\"runtime_peft\",\"loras\":[{\"path\":\"" + ADAPTER + "\",\"scale\":1}]" : "") + "}}");
        Clients page = new Clients(clients.chromium, clients.pages);
        String session = page.send("one", RED, Map.of("input_mode", "video", "prompts", prompt("A beautiful landscape"),
                "denoising_step_list", List.of(1000, 750), "noise_scale", 0.7, "noise_controller", true, "vace_enabled", true,
                "vace_use_input_video", false));
        assertEquals(0, clients.appliedWith(session, "noise_scale", 0));

        long offset = 0;
        long chunk = 0;
        for (List<Map<String, Object>> together : changes()) {
            together.forEach(change -> page.control("one", change));
            for (Map<String, Object> change : together) {
                offset++;
                Map<String, Object> applied = clients.recorder.applied(session, change.keySet().iterator().next(), offset);
                assertEquals(offset, applied.get("offset"), change::toString);
                assertEquals("data_channel", applied.get("door"));
                assertEquals(json(change), json(applied.get("parameters")));
                assertTrue((Long) applied.get("chunk") >= chunk, applied::toString);
                chunk = (Long) applied.get("chunk");
            }
            // The next ones are of a later chunk.
            clients.recorder.chunk(session, chunk, 1);
        }
        JsonNode inForce = clients.hub.get("/api/v1/sessions/" + session + "/parameters").get("parameters");
        assertEquals("[600,300]", inForce.get("denoising_step_list").toString());
        assertEquals("A relief", inForce.at("/prompts/0/text").asText());
        assertEquals(1 + offset, clients.hub.get("/api/v1/sessions/" + session).get("controls").asLong());
        assertEquals(0, page.messages("one", "parameters_rejected"));
        assertEquals(0, page.messages("one", "stream_stopped"));
        page.awaitFrames("one", 1);
    }

    /** Lists of what is sent together, each parameter in a message of its own. */
    private static List<List<Map<String, Object>>> changes() {
        return List.of(
                one("prompts", prompt("A harbour at night"), "noise_scale", 0.5, "denoising_step_list", List.of(800, 400),
                        "kv_cache_attention_bias", 0.5, "vace_context_scale", 1.5, "vace_ref_images", List.of(picture)),
                one("transition", transition("A mosaic", "linear"), "noise_controller", false, "manage_cache", false),
                one("denoising_step_list", List.of(800, 600, 400), "vace_use_input_video", true),
                one("transition", transition("A relief", "slerp"), "lora_scales", List.of(Map.of("path", ADAPTER, "scale", -0.5))),
                one("manage_cache", true, "denoising_step_list", List.of(600, 300), "vace_ref_images", List.of(), "noise_controller", true,
                        "vace_use_input_video", false, "reset_cache", true));
    }

    private static List<Map<String, Object>> one(Object... keysAndValues) {
        List<Map<String, Object>> out = new ArrayList<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            out.add(Map.of((String) keysAndValues[i], keysAndValues[i + 1]));
        }
        return out;
    }

    private static List<Map<String, Object>> prompt(String text) {
        return List.of(Map.of("text", text, "weight", 1.0));
    }

    private static Map<String, Object> transition(String target, String method) {
        Map<String, Object> transition = new LinkedHashMap<>();
        transition.put("target_prompts", prompt(target));
        transition.put("num_steps", 2);
        transition.put("temporal_interpolation_method", method);
        return transition;
    }

    /** Both as a tree, in which numbers of one value are alike. */
    private static JsonNode json(Object value) {
        try {
            return Json.MAPPER.readTree(Json.MAPPER.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatACanvasShowsIsSeenInWhatIsGenerated() {
        clients.load("{\"pipeline_id\":\"longlive\",\"load_params\":{\"width\":128,\"height\":96,\"vae_type\":\"tae\",\"vace_enabled\":false}}");
        Map<String, ?> follow = Map.of("input_mode", "video", "noise_scale", 0.2, "denoising_step_list", List.of(750));
        Clients page = new Clients(clients.chromium, clients.pages);
        String red = page.send("red", RED, follow);
        page.send("blue", BLUE, follow);

        clients.chromium.await("red and blue are told apart", () -> clients.difference("#red", "#blue") > 10);

        page.control("red", Map.of("input_mode", "text"));
        clients.chromium.await("it generates", () -> mode(red).equals("text"));
        page.awaitFrames("red", 10);
        page.control("red", Map.of("input_mode", "video"));
        clients.chromium.await("it follows", () -> mode(red).equals("video"));
        page.awaitFrames("red", 10);
    }

    private static String mode(String session) {
        return clients.hub.get("/api/v1/sessions/" + session).get("mode").asText();
    }
}
