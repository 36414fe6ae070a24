package dev.caravan.browser;

import static dev.caravan.browser.Screen.BLUE;
import static dev.caravan.browser.Screen.RED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.TestHub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The published clients, unmodified, against the hub: connected, at full rate, showing the expected picture, data both ways. */
@Tag("full-rate")
class SeedsTest {

    private static TestHub hub;
    private static PageServer pages;

    @BeforeAll
    static void startHub() {
        hub = TestHub.start("--stand-in", "longlive=test-card", "--kafka", "none");
        pages = new PageServer();
    }

    @AfterAll
    static void stopHub() {
        pages.close();
        hub.close();
    }

    @Test
    void seed000SendsACanvasThroughPassthroughAndGetsTheSamePictureBack() {
        hub.load("passthrough");
        try (Chromium chromium = new Chromium(hub.port())) {
            openSeed000(chromium, "A painting");

            awaitFullRate(chromium);
            awaitColour(chromium, "#outputVideo", 80, 80, RED);
            awaitColour(chromium, "#outputVideo", 500, 80, BLUE);
        }
    }

    @Test
    void seed000ChangesThePromptWhileItStreamsAndHearsOfChangesByRest() {
        hub.load("longlive");
        try (Chromium chromium = new Chromium(hub.port())) {
            openSeed000(chromium, "A painting");
            awaitPrompt(chromium, "#outputVideo", "A painting");
            awaitColour(chromium, "#outputVideo", 80, 80, RED);

            chromium.eval("(updatePrompt('A watercolour'), 1)");
            awaitPrompt(chromium, "#outputVideo", "A watercolour");

            hub.post("/api/v1/session/parameters", "{\"prompts\":[{\"text\":\"A mosaic\",\"weight\":1.0}]}");
            awaitPrompt(chromium, "#outputVideo", "A mosaic");
            chromium.await("the change by REST is told on the data channel",
                    "messages.some((m) => m.type === 'parameters_updated' && m.parameters.prompts[0].text === 'A mosaic')");

            chromium.eval("(transitionToPrompt('A relief', 8), 1)");
            awaitPrompt(chromium, "#outputVideo", "A relief");
            awaitFullRate(chromium);

            chromium.eval("(stopStream(pc, dataChannel), 1)");
            String id = (String) chromium.eval("sessionId");
            chromium.await("the session is gone", () -> hub.status("/api/v1/sessions/" + id) == 404);
        }
    }

    @Test
    void seed001ReceivesGeneratedVideoWithoutSendingAny() {
        hub.load("longlive");
        SeedDocument seed = SeedDocument.read("001");
        String code = seed.lines("async function startReceiveStream", "Step-by-Step Breakdown")
                + seed.lines("function updatePrompt(newPrompt)", "Stopping the Stream");
        try (Chromium chromium = new Chromium(hub.port())) {
            chromium.open(pages.page("seed001", ClientPage.of("<video id=video autoplay muted playsinline></video>",
                    code + "\nvar { pc, dataChannel, sessionId } = await startReceiveStream('A beautiful landscape');"
                            + "\nObject.assign(window, { pc, dataChannel, sessionId, updatePrompt, transitionToPrompt });")));
            awaitConnected(chromium);

            awaitPrompt(chromium, "#video", "A beautiful landscape");
            awaitFullRate(chromium);
            assertEquals(List.of(576L, 320L), chromium.eval("[video.videoWidth, video.videoHeight]"));

            chromium.eval("(updatePrompt('A harbour at night'), 1)");
            awaitPrompt(chromium, "#video", "A harbour at night");
        }
    }

    @Test
    void seed003InNormalModeTransformsTheCamera() {
        SeedDocument part = SeedDocument.read("003").between("# Part 1", "# Part 2");
        try (Chromium chromium = new Chromium(hub.port())) {
            chromium.open(pages.page("seed003-normal", ClientPage.of(
                    "<video id=outputVideo autoplay muted playsinline></video>", String.join("\n", part.blocks("javascript")))));
            awaitConnected(chromium);

            awaitPrompt(chromium, "#outputVideo", "A beautiful oil painting, vibrant colors");
            awaitFullRate(chromium);
            // Its own timer changes the prompt after five seconds.
            awaitPrompt(chromium, "#outputVideo", "A cyberpunk scene, neon lights");
        }
    }

    @Test
    void seed003InVaceModeGuidesWithTheCameraAndAReferenceImage() {
        SeedDocument seed = SeedDocument.read("003");
        List<String> normal = seed.between("# Part 1", "# Part 2").blocks("javascript").stream()
                .filter(block -> !block.contains("main().catch"))
                .toList();
        List<String> vace = seed.between("# Part 2", "## Use Cases for VACE Mode").blocks("javascript").stream()
                .filter(block -> !block.contains("readFileSync") && !block.contains("fileInput") && !block.contains("example.com"))
                .toList();
        // Part 2 says "same function as Normal Mode": it is read after Part 1, in a scope of its own because it declares API_BASE again.
        String code = String.join("\n", normal) + "\n{\n" + String.join("\n", vace) + "\n}";
        try (Chromium chromium = new Chromium(hub.port())) {
            chromium.open(pages.page("seed003-vace",
                    ClientPage.of("<video id=outputVideo autoplay muted playsinline></video>", code)));
            awaitConnected(chromium);

            awaitPrompt(chromium, "#outputVideo", "A person in anime style, vibrant colors");
            awaitFullRate(chromium);
            // Its own timer raises the influence of VACE after five seconds.
            String id = (String) chromium.run("return (await (await fetch('http://localhost:8000/api/v1/sessions')).json()).sessions.at(-1).id");
            chromium.await("the scale of VACE was changed",
                    () -> hub.get("/api/v1/sessions/" + id + "/parameters").at("/parameters/vace_context_scale").asDouble() == 1.5);
        }
    }

    @Test
    void seed004OpenedFromDiskLoadsThePipelineAndShowsIt(@TempDir Path folder) throws Exception {
        String mangled = SeedDocument.read("004").lines("<!DOCTYPE html>", "Run It");
        // The scraper that fetched the document rewrote its base URL; this is the only thing that is mended.
        String page = mangled.replaceAll("const API_BASE = \"[^\"]*\"", "const API_BASE = \"http://localhost:8000\"");
        Path file = Files.writeString(folder.resolve("index.html"), page);
        try (Chromium chromium = new Chromium(hub.port())) {
            chromium.open(file.toUri().toString());

            chromium.await("it says that it streams", "document.getElementById('status').textContent === 'Connected - Streaming'");
            awaitPrompt(chromium, "#video", "A 3D animated scene. A **panda** walks along a path towards the camera in a park on a spring day.");
        }
    }

    private static void openSeed000(Chromium chromium, String prompt) {
        SeedDocument seed = SeedDocument.read("000");
        String code = String.join("\n",
                seed.block("javascript", "async function startBidirectionalStream"),
                seed.block("javascript", "function transitionToPrompt"),
                seed.block("javascript", "function stopStream"));
        chromium.open(pages.page("seed000", ClientPage.of("<video id=outputVideo autoplay muted playsinline></video>",
                code + "\nvar { pc, dataChannel, sessionId } = await startBidirectionalStream(canvasStream(), '" + prompt + "');"
                        + "\nObject.assign(window, { pc, dataChannel, sessionId, updatePrompt, transitionToPrompt, stopStream });")));
        awaitConnected(chromium);
    }

    private static void awaitConnected(Chromium chromium) {
        chromium.await("it is connected and its data channel is open",
                "peers.length > 0 && peers.at(-1).connectionState === 'connected' && channel.readyState === 'open'");
        assertEquals(List.of(), chromium.eval("errors"));
    }

    private static void awaitFullRate(Chromium chromium) {
        chromium.await("25 frames a second are decoded", "fps >= 25");
    }

    private static void awaitColour(Chromium chromium, String video, int x, int y, List<Long> wanted) {
        new Screen(chromium, video).awaitColour(x, y, wanted);
    }

    private static void awaitPrompt(Chromium chromium, String video, String prompt) {
        new Screen(chromium, video).awaitPrompt(prompt);
    }
}
