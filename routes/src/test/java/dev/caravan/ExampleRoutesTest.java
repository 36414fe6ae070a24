package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.frames.FfmpegPictures;
import dev.caravan.processors.frames.PictureFormat;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples do what their first lines say, dropped into the routes folder as they are. */
@Timeout(120)
class ExampleRoutesTest {

    @TempDir
    static Path data;

    static TestHub hub;

    @BeforeAll
    static void start() throws Exception {
        hub = TestHub.startIn(data);
        hub.load("passthrough");
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @AfterEach
    void clear() throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("routes"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        hub.running().hub().live().scan();
        hub.get("/api/v1/sessions").get("sessions").forEach(session ->
                hub.send("DELETE", "/api/v1/sessions/" + session.get("id").asText(), BodyPublishers.noBody()));
    }

    @Test
    void picturesOfAFolderOpenASessionAndAreWhatItShows() throws Exception {
        Path pictures = Files.createDirectories(data.resolve("pictures"));
        Files.write(pictures.resolve("one.jpg"), grey(200));
        set("pictures.folder", pictures.toString());
        set("pictures.every-ms", "50");
        drop("pictures-to-session.yaml");
        Await.until("slides shows the picture", () -> shows("slides", 200));
        Files.write(pictures.resolve("one.jpg"), grey(60));
        Await.until("slides shows the other picture", () -> shows("slides", 60));
    }

    @Test
    void promptsFollowEachOtherByTheClock() throws Exception {
        open("stage");
        set("prompts.every-ms", "50");
        drop("timer-to-prompts.yaml");
        for (String wanted : List.of("a harbour at night", "a harbour at dawn", "a harbour at noon")) {
            Await.until(wanted, () -> prompt("stage").equals(wanted));
        }
    }

    @Test
    void aWebhookSetsThePromptAndNothingElse() throws Exception {
        open("hooked");
        drop("webhook-to-prompt.yaml");
        HttpResponse<String> taken = hub.post("/hooks/prompt/hooked", "{\"text\": \"a \\\"fox\\\", \\\"weight\\\": 9\"}");
        assertEquals(202, taken.statusCode(), taken::body);
        assertEquals("{\"accepted\": true}", taken.body());
        Await.until("the prompt is on", () -> prompt("hooked").equals("a \"fox\", \"weight\": 9"));
        for (String bad : List.of("{\"words\": 1}", "not JSON", "")) {
            assertEquals(400, hub.post("/hooks/prompt/hooked?text=sneaked", bad, "text", "sneaked").statusCode(), bad);
        }
        assertEquals(404, hub.post("/hooks/prompt/nobody", "{\"text\": \"x\"}").statusCode());
        assertEquals(403, hub.post("/hooks/prompt/hooked", "{\"text\": \"x\"}", "Origin", "https://evil.example").statusCode());
        assertEquals("a \"fox\", \"weight\": 9", prompt("hooked"));
    }

    @Test
    void aSessionsPicturesBecomeFilesAtABoundedRate() throws Exception {
        Path folder = data.resolve("snapshots");
        set("files.folder", folder.toString());
        open("stage");
        // Long enough that the second never comes, however slow the machine.
        drop("session-to-files.yaml", text -> text.replace("samplePeriod: 1000", "samplePeriod: 3600000"));
        long made = hub.get("/api/v1/sessions/stage").get("frames_out").asLong();
        Await.until("a dozen pictures are made", () -> {
            post("stage", 120);
            return hub.get("/api/v1/sessions/stage").get("frames_out").asLong() > made + 12;
        });
        Await.until("a file", () -> files(folder).size() == 1);
        Path file = files(folder).getFirst();
        assertTrue(file.getFileName().toString().matches("stage-\\d+\\.jpg"), file::toString);
        assertTrue(isGrey(Files.readAllBytes(file), 120));
    }

    @Test
    void whatOneSessionMakesAnotherWorksOn() throws Exception {
        open("first");
        drop("session-to-session.yaml");
        Await.until("second shows what first was given", () -> {
            post("first", 90);
            return shows("second", 90);
        });
        JsonNode second = hub.get("/api/v1/sessions/second");
        assertEquals("passthrough", second.at("/pipelines/0").asText());
    }

    private static void drop(String example) throws IOException {
        drop(example, text -> text);
    }

    private static void drop(String example, UnaryOperator<String> edit) throws IOException {
        Files.writeString(data.resolve("routes").resolve(example), edit.apply(Files.readString(Path.of("examples", example))));
        hub.running().hub().live().scan();
        JsonNode file = hub.get("/api/v1/routes").at("/files/0");
        assertEquals("active", file.get("state").asText(), file::toString);
    }

    private static void set(String property, String value) {
        hub.running().camel().getPropertiesComponent().addOverrideProperty(property, value);
    }

    private static void open(String id) {
        assertEquals(201, hub.post("/api/v1/sessions", "{\"id\":\"" + id + "\"}").statusCode());
    }

    private static void post(String session, int luma) {
        HttpResponse<String> taken = hub.send("POST", "/api/v1/sessions/" + session + "/frames",
                BodyPublishers.ofByteArray(grey(luma)), "Content-Type", "image/jpeg");
        assertEquals(202, taken.statusCode(), taken::body);
    }

    private static String prompt(String session) {
        return hub.get("/api/v1/sessions/" + session + "/parameters").at("/parameters/prompts/0/text").asText();
    }

    /** Whether the newest picture of a session is there and of that grey. */
    private static boolean shows(String session, int luma) {
        try {
            HttpResponse<byte[]> picture = java.net.http.HttpClient.newHttpClient().send(
                    java.net.http.HttpRequest.newBuilder(hub.uri("/api/v1/sessions/" + session + "/frame")).build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            return picture.statusCode() == 200 && isGrey(picture.body(), luma);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] grey(int luma) {
        try {
            return FfmpegPictures.shared().encodeJpeg(HubClient.grey(320, 240, luma), 90);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isGrey(byte[] jpeg, int luma) {
        try {
            return HubClient.isGrey(FfmpegPictures.shared().decode(new Picture.Encoded(PictureFormat.JPEG.contentType(), 320, 240, jpeg)), luma);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.getFileName().toString().startsWith(".")).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
