package dev.caravan.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.frames.FfmpegPictures;
import dev.caravan.processors.frames.PictureFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The published clients, unmodified, against the real pipelines on small random weights: what they show is noise that moves, in the sizes
 * they ask for, and what they send changes how it is made. A few frames a second, as the machine can.
 */
class SeedsOnModelsTest {

    private static final String VIDEO = "<video id=outputVideo autoplay muted playsinline></video>";

    /** Pictures of a first chunk. */
    private static final long FROM_NOISE = 9;
    private static final long FROM_VIDEO = 13;

    private static ModelClients clients;

    @BeforeAll
    static void start() {
        clients = new ModelClients();
    }

    @AfterAll
    static void stop() {
        clients.close();
    }

    @AfterEach
    void leave() {
        clients.leave();
    }

    @Test
    void seed001ReceivesGeneratedVideoAndChangesItsPrompt() {
        clients.hub.load("longlive");
        SeedDocument seed = SeedDocument.read("001");
        String code = seed.lines("async function startReceiveStream", "Step-by-Step Breakdown")
                + seed.lines("function updatePrompt(newPrompt)", "Stopping the Stream");
        clients.open("seed001", "<video id=video autoplay muted playsinline></video>",
                code + "\nvar { pc, dataChannel, sessionId } = await startReceiveStream('A beautiful landscape');"
                        + "\nObject.assign(window, { pc, dataChannel, sessionId, updatePrompt, transitionToPrompt });");
        clients.awaitConnected();
        clients.awaitMovingPictures("#video", 576, 320);
        String session = clients.session();
        assertEquals(0, clients.appliedWith(session, "denoising_step_list", 0));

        eval("updatePrompt('A harbour at night')");
        long prompt = clients.appliedWith(session, "prompts", 1);
        assertTrue(prompt > 0);
        assertEquals("A harbour at night", clients.promptInUse(session));

        eval("transitionToPrompt('A relief', 2)");
        assertTrue(clients.appliedWith(session, "transition", 2) > prompt);
        clients.chromium.await("its target is the prompt in use", () -> clients.promptInUse(session).equals("A relief"));
    }

    @ParameterizedTest
    @CsvSource({
        "longlive,            ## 1. LongLive,            ## 2. StreamDiffusionV2, 512, 512",
        "streamdiffusionv2,   ## 2. StreamDiffusionV2,   ## 3. RewardForcing,     576, 320",
        "reward-forcing,      ## 3. RewardForcing,       ## 4. MemFlow,           512, 512",
        "memflow,             ## 4. MemFlow,             ## 5. Krea,              512, 512",
        "krea-realtime-video, ## 5. Krea Realtime Video, # Comparison,            256, 256"
    })
    void seed002LoadsEveryPipelineFollowsTheCameraAndTakesEveryChangeItSends(
            String pipeline, String from, String to, int width, int height) {
        SeedDocument seed = SeedDocument.read("002");
        SeedDocument own = seed.between(from, to);
        // The document says where the functions are, not when to call them: the wait for the load is that of any client.
        String code = seed.block("javascript", "async function startV2VStream")
                + seed.block("javascript", "function stopStream")
                + own.block("javascript", "pipeline/load")
                + "\nfor (let s; (s = (await (await fetch(API_BASE + '/api/v1/pipeline/status')).json()).status) !== 'loaded'; )"
                + " if (s === 'error') throw new Error('not loaded'); else await new Promise((r) => setTimeout(r, 100));"
                + "\nconst webcamStream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } });\n"
                + own.block("javascript", "Params = {")
                + "\nwindow.update = () => {" + seed.block("javascript", "// Krea-specific: Update KV cache bias") + "};"
                + "\nwindow.stop = () => stopStream(pc, dataChannel);";
        clients.open("seed002-" + pipeline, VIDEO, code);
        clients.awaitConnected();
        clients.awaitMovingPictures("#outputVideo", width, height);

        JsonNode loaded = clients.hub.get("/api/v1/pipeline/status");
        assertEquals(pipeline, loaded.get("pipeline_id").asText());
        assertEquals(42, loaded.at("/load_params/seed").asInt());
        String session = clients.session();
        assertEquals("video", clients.hub.get("/api/v1/sessions/" + session).get("mode").asText());
        assertEquals(0, clients.appliedWith(session, "noise_controller", 0));
        Map<String, Object> begun = clients.parameters(session);
        assertEquals(pipeline.equals("streamdiffusionv2") ? List.of(750, 250) : List.of(1000, 750), begun.get("denoising_step_list"));
        assertEquals(0.7, begun.get("noise_scale"));
        assertEquals(pipeline.startsWith("krea") ? 0.3 : null, begun.get("kv_cache_attention_bias"));

        eval("update()");

        assertTrue(clients.appliedWith(session, "prompts", 1) > 0);
        assertTrue(clients.appliedWith(session, "noise_scale", 1) > 0);
        assertTrue(clients.appliedWith(session, "denoising_step_list", 1) > 0);
        assertTrue(clients.appliedWith(session, "vace_context_scale", 1) > 0);
        assertTrue(clients.appliedWith(session, "kv_cache_attention_bias", 1) > 0);
        Map<String, Object> changed = clients.parameters(session);
        assertEquals("New prompt", clients.promptInUse(session));
        assertEquals(0.5, changed.get("noise_scale"));
        assertEquals(List.of(800, 400), changed.get("denoising_step_list"));
        assertEquals(1.5, changed.get("vace_context_scale"));
        assertEquals(0.5, changed.get("kv_cache_attention_bias"));
        // Said when the chunk was made.
        clients.chromium.await("it is told that there is no VACE to use a picture", "messages.length > 0");
        assertEquals(List.of("vace_ref_images"), eval("messages.flatMap((m) => m.errors.map((e) => e.key))"));

        eval("stop()");
        awaitGone(session);
    }

    @Test
    void seed003InNormalModeTransformsTheCamera() {
        SeedDocument part = SeedDocument.read("003").between("# Part 1", "# Part 2");
        clients.open("seed003-normal", ClientPage.TIMERS + VIDEO, String.join("\n", part.blocks("javascript")));
        clients.awaitConnected();
        clients.awaitMovingPictures("#outputVideo", 576, 320);
        String session = clients.session();
        assertTrue(clients.hub.get("/api/v1/sessions/" + session).get("frames_in").asLong() > 0);
        assertEquals("A beautiful oil painting, vibrant colors", clients.promptInUse(session));

        eval("elapse(5000)");
        assertTrue(clients.appliedWith(session, "prompts", 1) > 0);
        assertEquals("A cyberpunk scene, neon lights", clients.promptInUse(session));
        eval("elapse(30000)");
        awaitGone(session);
    }

    @Test
    void seed003InVaceModeGuidesWithTheCameraAndAnUploadedReference() throws Exception {
        SeedDocument seed = SeedDocument.read("003");
        List<String> normal = seed.between("# Part 1", "# Part 2").blocks("javascript").stream()
                .filter(block -> !block.contains("main().catch"))
                .toList();
        List<String> vace = seed.between("# Part 2", "## Use Cases for VACE Mode").blocks("javascript").stream()
                .filter(block -> !block.contains("readFileSync") && !block.contains("example.com"))
                .toList();
        // Part 2 says "same function as Normal Mode": it is read after Part 1, in a scope of its own because it declares API_BASE again.
        String code = String.join("\n", normal) + "\n{\n" + String.join("\n", vace)
                + "\nObject.assign(window, { refImagePath, listAssets, updateVaceContextScale, updateReferenceImages, clearReferenceImages,"
                + " toggleVaceInputVideo });\n}";
        clients.open("seed003-vace", ClientPage.TIMERS + VIDEO + chosenFile("character.png"), code);
        clients.awaitConnected();
        assertTrue(clients.hub.get("/api/v1/pipeline/status").at("/load_params/vace_enabled").asBoolean());
        String session = clients.session();
        assertEquals("A person in anime style, vibrant colors", clients.promptInUse(session));
        assertEquals("video", clients.hub.get("/api/v1/sessions/" + session).get("mode").asText());
        assertEquals(FROM_NOISE, clients.recorder.made(session, 0).get("frames_out"), "its input guides it");
        clients.chromium.await("it is told that nobody uploaded the picture of the example", () -> refused().contains("reference.png"));

        eval("elapse(5000)");
        Map<String, Object> raised = clients.recorder.applied(session, "vace_context_scale", 1);
        assertEquals(Map.of("vace_context_scale", 1.5), raised.get("parameters"));

        eval("updateReferenceImages(channel, [refImagePath])");
        eval("toggleVaceInputVideo(channel, false)");
        Map<String, Object> off = clients.recorder.applied(session, "vace_use_input_video", 1);
        assertEquals(FROM_VIDEO, clients.recorder.made(session, (Long) off.get("chunk")).get("frames_out"), "it begins from its input");
        assertEquals(List.of(eval("refImagePath")), clients.chromium.run("return (await listAssets()).assets.map((a) => a.path)"));
        assertFalse(refused().contains("character.png"));

        eval("toggleVaceInputVideo(channel, true)");
        eval("clearReferenceImages(channel)");
        eval("elapse(10000)");
        Map<String, Object> on = clients.recorder.applied(session, "vace_use_input_video", (Long) off.get("offset") + 1);
        assertEquals(FROM_NOISE, clients.recorder.made(session, (Long) on.get("chunk")).get("frames_out"));
        clients.chromium.await("the other picture of the example is not there either", () -> refused().contains("new_reference.png"));
        clients.awaitMovingPictures("#outputVideo", 576, 320);
        eval("elapse(30000)");
        awaitGone(session);
    }

    /** All that was said of parameters without an effect. */
    private static String refused() {
        return (String) eval("messages.filter((m) => m.type === 'parameters_rejected').flatMap((m) => m.errors).map((e) => e.msg).join()");
    }

    private static void awaitGone(String session) {
        clients.chromium.await("the session is gone", () -> clients.hub.status("/api/v1/sessions/" + session) == 404);
    }

    /** A file chooser in which a person has chosen a picture. */
    private static String chosenFile(String name) throws BadPictureException {
        byte[] png = FfmpegPictures.shared().encode(new Picture.Rgb24(64, 48, new byte[3 * 64 * 48]), PictureFormat.PNG, 100);
        return "<input type=file id=imageInput><script>{ const chosen = new DataTransfer();"
                + "chosen.items.add(new File([Uint8Array.from(atob('" + Base64.getEncoder().encodeToString(png)
                + "'), (c) => c.charCodeAt(0))], '" + name + "')); imageInput.files = chosen.files; }</script>";
    }

    @Test
    void seed004OpenedFromDiskLoadsThePipelineAndShowsIt(@TempDir Path folder) throws Exception {
        String mangled = SeedDocument.read("004").lines("<!DOCTYPE html>", "Run It");
        // The scraper that fetched the document rewrote its base URL; this is the only thing that is mended.
        String page = mangled.replaceAll("const API_BASE = \"[^\"]*\"", "const API_BASE = \"http://localhost:8000\"");
        Path file = Files.writeString(folder.resolve("index.html"), page);
        clients.chromium.open(file.toUri().toString());

        clients.chromium.await("it says that it streams", "document.getElementById('status').textContent === 'Connected - Streaming'");
        clients.awaitMovingPictures("#video", 576, 320);
        assertTrue(clients.promptInUse(clients.session()).contains("**panda**"));
    }

    private static Object eval(String expression) {
        return clients.chromium.eval(expression);
    }
}
