package dev.caravan.browser;

import static dev.caravan.browser.Screen.BLUE;
import static dev.caravan.browser.Screen.RED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.SessionRecorder;
import dev.caravan.TestHub;
import dev.caravan.TinySet;
import dev.caravan.inference.frame.Picture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The published clients, unmodified, against the real {@code longlive} on small random weights: what they show is noise that moves, in the
 * sizes they ask for, and what they send changes how it is made. A few frames a second, as the machine can.
 */
class SeedsOnLongLiveTest {

    /** Pictures of the first chunk, and one of the next: what came was not a lucky start. */
    private static final int ENOUGH = 10;

    private static TestHub hub;
    private static SessionRecorder recorder;
    private static PageServer pages;
    private static Chromium chromium;

    @BeforeAll
    static void start() {
        hub = TinySet.hub("--close-grace-s=1");
        recorder = new SessionRecorder(hub);
        pages = new PageServer();
        chromium = new Chromium(hub.port());
    }

    @AfterAll
    static void stop() {
        chromium.close();
        pages.close();
        recorder.close();
        hub.close();
    }

    @AfterEach
    void leave() {
        chromium.open("about:blank");
        chromium.await("no session is left", () -> hub.get("/api/v1/sessions").get("sessions").isEmpty());
    }

    @Test
    void seed001ReceivesGeneratedVideoAndChangesItsPrompt() {
        hub.load("longlive");
        SeedDocument seed = SeedDocument.read("001");
        String code = seed.lines("async function startReceiveStream", "Step-by-Step Breakdown")
                + seed.lines("function updatePrompt(newPrompt)", "Stopping the Stream");
        open("seed001", "video", code + "\nvar { pc, dataChannel, sessionId } = await startReceiveStream('A beautiful landscape');"
                + "\nObject.assign(window, { pc, dataChannel, sessionId, updatePrompt, transitionToPrompt });");
        awaitConnected();
        awaitMovingPictures("#video", 576, 320);
        String session = session();
        assertEquals(0L, recorder.applied(session, "denoising_step_list").get("chunk"));

        chromium.eval("(updatePrompt('A harbour at night'), 1)");
        Map<String, Object> prompt = recorder.applied(session, "prompts", 1);
        assertTrue((Long) prompt.get("chunk") > 0, prompt::toString);
        assertEquals("A harbour at night", promptInUse(session));

        chromium.eval("(transitionToPrompt('A relief', 2), 1)");
        Map<String, Object> transition = recorder.applied(session, "transition", 2);
        assertTrue((Long) transition.get("chunk") > (Long) prompt.get("chunk"), transition::toString);
        chromium.await("its target is the prompt in use", () -> promptInUse(session).equals("A relief"));
    }

    @Test
    void seed002FollowsTheCameraAndTakesEveryChangeItSends() {
        SeedDocument seed = SeedDocument.read("002");
        SeedDocument own = seed.between("## 1. LongLive", "## 2. StreamDiffusionV2");
        // The document says where the functions are, not when to call them: the wait for the load is that of any client.
        String code = seed.block("javascript", "async function startV2VStream")
                + own.block("javascript", "pipeline/load")
                + "\nwhile ((await (await fetch(API_BASE + '/api/v1/pipeline/status')).json()).status !== 'loaded')"
                + " await new Promise((r) => setTimeout(r, 100));"
                + "\nconst webcamStream = await navigator.mediaDevices.getUserMedia({ video: true });\n"
                + own.block("javascript", "const longliveParams")
                + "\nwindow.update = () => {" + seed.block("javascript", "// Krea-specific: Update KV cache bias") + "};";
        open("seed002", "outputVideo", code);
        awaitConnected();
        awaitMovingPictures("#outputVideo", 512, 512);
        String session = session();
        assertEquals("video", hub.get("/api/v1/sessions/" + session).get("mode").asText());

        chromium.eval("(update(), 1)");

        assertTrue((Long) recorder.applied(session, "noise_scale", 1).get("chunk") > 0);
        // One chunk takes what came together.
        long chunk = (Long) recorder.applied(session, "kv_cache_attention_bias", 1).get("chunk");
        assertEquals(List.of(800, 400), hub.running().hub().sessions().find(session).orElseThrow().parameters().get("denoising_step_list"));
        assertTrue(recorder.chunk(session, chunk, 1).size() > 0);
        assertEquals(List.of(), chromium.eval("messages.filter((m) => m.type === 'stream_stopped' || m.type === 'parameters_rejected')"));
    }

    @Test
    void seed003InNormalModeTransformsTheCamera() {
        SeedDocument part = SeedDocument.read("003").between("# Part 1", "# Part 2");
        open("seed003-normal", "outputVideo", String.join("\n", part.blocks("javascript")));
        awaitConnected();

        awaitMovingPictures("#outputVideo", 576, 320);
        String session = session();
        assertTrue(hub.get("/api/v1/sessions/" + session).get("frames_in").asLong() > 0);
        // Its own timer changes the prompt after five seconds.
        recorder.applied(session, "prompts", 1);
        assertEquals("A cyberpunk scene, neon lights", promptInUse(session));
    }

    @Test
    void seed004OpenedFromDiskLoadsThePipelineAndShowsIt(@TempDir Path folder) throws Exception {
        String mangled = SeedDocument.read("004").lines("<!DOCTYPE html>", "Run It");
        // The scraper that fetched the document rewrote its base URL; this is the only thing that is mended.
        String page = mangled.replaceAll("const API_BASE = \"[^\"]*\"", "const API_BASE = \"http://localhost:8000\"");
        Path file = Files.writeString(folder.resolve("index.html"), page);
        chromium.open(file.toUri().toString());

        chromium.await("it says that it streams", "document.getElementById('status').textContent === 'Connected - Streaming'");
        awaitMovingPictures("#video", 576, 320);
        assertTrue(promptInUse(session()).contains("**panda**"));
    }

    @Test
    void seed003LoadsThePipelineWithVace() {
        SeedDocument seed = SeedDocument.read("003");
        open("seed003-vace", "outputVideo",
                seed.between("# Part 1", "# Part 2").block("javascript", "async function waitForPipelineReady")
                        + "{" + seed.between("# Part 2", "## Use Cases for VACE Mode").block("javascript", "pipeline/load") + "}");

        chromium.await("it is loaded", () -> hub.get("/api/v1/pipeline/status").get("status").asText().equals("loaded"));
        assertTrue(hub.get("/api/v1/pipeline/status").at("/load_params/vace_enabled").asBoolean());
        assertEquals(List.of(), chromium.eval("errors"));
    }

    @Test
    void whatACanvasShowsIsSeenInWhatIsGenerated() {
        hub.post("/api/v1/pipeline/load",
                "{\"pipeline_id\":\"longlive\",\"load_params\":{\"width\":128,\"height\":96,\"vae_type\":\"tae\",\"vace_enabled\":false}}");
        chromium.await("it is loaded", () -> hub.get("/api/v1/pipeline/status").get("status").asText().equals("loaded"));
        Map<String, ?> follow = Map.of("input_mode", "video", "noise_scale", 0.2, "denoising_step_list", List.of(750));
        Clients clients = new Clients(chromium, pages);
        String red = clients.send("red", RED, follow);
        clients.send("blue", BLUE, follow);

        chromium.await("red and blue are told apart", () -> difference("#red", "#blue") > 10);

        clients.control("red", Map.of("input_mode", "text"));
        chromium.await("it generates", () -> hub.get("/api/v1/sessions/" + red).get("mode").asText().equals("text"));
        clients.awaitFrames("red", ENOUGH);
        clients.control("red", Map.of("input_mode", "video"));
        chromium.await("it follows", () -> hub.get("/api/v1/sessions/" + red).get("mode").asText().equals("video"));
        clients.awaitFrames("red", ENOUGH);
    }

    private static void open(String name, String video, String code) {
        chromium.open(pages.page(name, ClientPage.of("<video id=" + video + " autoplay muted playsinline></video>", code)));
    }

    private static void awaitConnected() {
        chromium.await("it is connected and its data channel is open",
                "peers.length > 0 && peers.at(-1).connectionState === 'connected' && channel.readyState === 'open'");
        assertEquals(List.of(), chromium.eval("errors"));
    }

    /** Frames come, in the size that was loaded, and they are not all alike. */
    private static void awaitMovingPictures(String video, int width, int height) {
        String element = "document.querySelector('" + video + "')";
        chromium.await("a picture is shown", () -> chromium.luma(video).isPresent());
        Picture.I420 first = chromium.luma(video).orElseThrow();
        chromium.await("pictures come", element + ".getVideoPlaybackQuality().totalVideoFrames >= " + ENOUGH);
        chromium.await("they change", () -> difference(first, chromium.luma(video).orElse(first)) > 2);
        assertEquals(List.of((long) width, (long) height), chromium.eval("[" + element + ".videoWidth, " + element + ".videoHeight]"));
    }

    private static double difference(String video, String other) {
        var one = chromium.luma(video);
        var two = chromium.luma(other);
        return one.isPresent() && two.isPresent() ? difference(one.get(), two.get()) : 0;
    }

    /** The mean difference of the luma of two pictures of one size, 0..255. */
    private static double difference(Picture.I420 one, Picture.I420 other) {
        int pixels = one.width() * one.height();
        if (pixels != other.width() * other.height()) {
            return 0;
        }
        long sum = 0;
        for (int i = 0; i < pixels; i++) {
            sum += Math.abs((one.data()[i] & 255) - (other.data()[i] & 255));
        }
        return (double) sum / pixels;
    }

    /** The session that was opened last. */
    private static String session() {
        var sessions = hub.get("/api/v1/sessions").get("sessions");
        return sessions.get(sessions.size() - 1).get("id").asText();
    }

    private static String promptInUse(String session) {
        return hub.get("/api/v1/sessions/" + session + "/parameters").at("/parameters/prompts/0/text").asText();
    }
}
