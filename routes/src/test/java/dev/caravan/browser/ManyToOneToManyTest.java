package dev.caravan.browser;

import static dev.caravan.browser.Screen.BLUE;
import static dev.caravan.browser.Screen.GREEN;
import static dev.caravan.browser.Screen.RED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.TestHub;
import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.frames.FfmpegPictures;
import java.net.http.HttpRequest;
import java.util.Map;
import org.apache.camel.api.management.ManagedCamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One session with many sources and many viewers. */
@Tag("full-rate")
class ManyToOneToManyTest {

    private static TestHub hub;
    private static PageServer pages;
    private static Chromium chromium;

    @BeforeAll
    static void start() {
        hub = TestHub.start("--max-viewers=3");
        hub.load("passthrough");
        pages = new PageServer();
        chromium = new Chromium(hub.port());
    }

    @AfterAll
    static void stop() {
        chromium.close();
        pages.close();
        hub.close();
    }

    @Test
    void theNewestSourceIsShownUntilAControlNamesAnotherAndTheEndIsToldToAll() throws Exception {
        Clients clients = new Clients(chromium, pages);
        String id = clients.send("first", RED, Map.of());
        clients.screen("first").awaitColour(80, 80, RED);
        clients.watch("viewer", id);
        clients.screen("viewer").awaitColour(80, 80, RED);

        String second = clients.join("second", GREEN, id);
        clients.screen("viewer").awaitColour(80, 80, GREEN);
        clients.screen("first").awaitColour(80, 80, GREEN);
        assertEquals("webrtc:" + second, session(id).get("active_source").asText());

        clients.control("second", Map.of("active_source", "webrtc:" + id));
        clients.screen("viewer").awaitColour(80, 80, RED);
        assertEquals("webrtc:" + id, session(id).get("active_source").asText());

        // Whoever only watches has no say.
        clients.control("viewer", Map.of("active_source", "webrtc:" + second));
        clients.awaitMessage("viewer", "parameters_rejected");

        byte[] picture = jpeg(76, 192, 109);
        hub.post("/api/v1/sessions/" + id + "/parameters", "{\"active_source\":\"rest\"}", "Content-Type", "application/json");
        clients.screen("viewer").awaitColour(80, 80, BLUE, () -> postFrame(id, picture));
        assertEquals("rest", session(id).get("active_source").asText());
        assertEquals(3, session(id).get("sources").size(), () -> session(id).toString());

        assertEquals(204, hub.send("DELETE", "/api/v1/sessions/" + id, HttpRequest.BodyPublishers.noBody()).statusCode());
        for (String name : new String[] {"first", "second", "viewer"}) {
            clients.awaitMessage(name, "stream_stopped");
        }
        chromium.await("the session is gone", () -> hub.status("/api/v1/sessions/" + id) == 404);
        chromium.await("so are its peers", () -> hub.running().hub().peers().count() == 0);
        ManagedCamelContext managed =
                hub.running().camel().getCamelContextExtension().getContextPlugin(ManagedCamelContext.class);
        assertEquals(0, managed.getManagedRoute("webrtc-in").getExchangesFailed(), "what they sent to the last is no failure");
    }

    @Test
    void asManyAsMayWatchSeeAllFramesAndOneMoreIsToldTheLimit() {
        Clients clients = new Clients(chromium, pages);
        String id = clients.send("opener", RED, Map.of());
        clients.watch("one", id);
        clients.watch("two", id);
        for (String name : new String[] {"opener", "one", "two"}) {
            clients.awaitFps(name, 20);
            clients.screen(name).awaitColour(80, 80, RED);
        }
        assertEquals(3, session(id).get("viewers").size());

        String refusal = clients.refused("three", Map.of("watch", id));
        assertTrue(refusal.startsWith("503 ") && refusal.contains("3 viewers"), refusal);

        chromium.eval("(clients['two'].pc.close(), 1)");
        chromium.await("the seat is free", () -> session(id).get("viewers").size() == 2);
        clients.watch("three", id);
        clients.awaitFrames("three", 30);
    }

    @Test
    void thereIsNothingToWatchUnderAnUnknownId() {
        Clients clients = new Clients(chromium, pages);
        assertEquals("404 Session nobody not found", clients.refused("viewer", Map.of("watch", "nobody")));
        assertEquals("404 Session nobody not found", clients.refused("source", Map.of("join", "nobody")));
    }

    private static JsonNode session(String id) {
        return hub.get("/api/v1/sessions/" + id);
    }

    private static void postFrame(String id, byte[] jpeg) {
        assertEquals(202, hub.send("POST", "/api/v1/sessions/" + id + "/frames",
                HttpRequest.BodyPublishers.ofByteArray(jpeg), "Content-Type", "image/jpeg").statusCode());
    }

    /** A picture of one colour, given as limited-range BT.601. */
    private static byte[] jpeg(int y, int u, int v) {
        byte[] data = new byte[Picture.I420.size(576, 320)];
        int luma = 576 * 320;
        java.util.Arrays.fill(data, 0, luma, (byte) y);
        java.util.Arrays.fill(data, luma, luma + luma / 4, (byte) u);
        java.util.Arrays.fill(data, luma + luma / 4, data.length, (byte) v);
        try {
            return FfmpegPictures.shared().encodeJpeg(new Picture.I420(576, 320, data), 90);
        } catch (BadPictureException e) {
            throw new AssertionError(e);
        }
    }
}
