package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A route of a user that keeps, multicasts and delays the frames of one session for ever costs that session frames and nobody memory. */
@Timeout(180)
class HoardingRouteTest {

    private static final int MAX_SESSION_MB = 16;
    private static final int WIDTH = 320;
    private static final int HEIGHT = 240;
    private static final byte[] PICTURE = new byte[WIDTH * HEIGHT * 3 / 2];

    /** A bean that keeps what it is given, a delay that holds the frame and no thread, and one that holds the thread too. */
    private static final String HOARDING = """
            - route:
                id: greedy
                from:
                  uri: inference:main
                  parameters:
                    events: false
                  steps:
                    - filter:
                        simple: "${header.CaravanSessionId} == 'greedy'"
                        steps:
                          - multicast:
                              steps:
                                - to: seda:later?size=1000000
                                - bean:
                                    beanType: dev.caravan.FrameHoard
                                    method: keep
            - route:
                id: later
                from:
                  uri: seda:later?size=1000000
                  steps:
                    - delay:
                        constant: "3600000"
                        asyncDelayed: true
                    - log: "an hour later"
            - route:
                id: sleeper
                from:
                  uri: inference:main
                  steps:
                    - filter:
                        simple: "${header.CaravanSessionId} == 'greedy'"
                        steps:
                          - delay:
                              constant: "3600000"
            """;

    @TempDir
    static Path data;

    static TestHub hub;
    static HubClient client;
    static LiveStream stream;

    @BeforeAll
    static void start() throws Exception {
        Path routes = Files.createDirectories(data.resolve("routes"));
        Files.writeString(routes.resolve("greedy.yaml"), HOARDING);
        hub = TestHub.startIn(data, "--max-session-mb=" + MAX_SESSION_MB);
        client = new HubClient(hub.running().baseUri());
        client.load("passthrough");
        stream = LiveStream.start(client);
    }

    @AfterAll
    static void stop() throws Exception {
        try (TestHub ending = hub) {
            FrameHoard.letGo();
            stream.close();
            client.close();
        }
    }

    @Test
    void itsSessionLosesFramesAndSaysWhyAndNothingElseNotices() throws Exception {
        hub.post("/api/v1/sessions", "{\"id\":\"greedy\"}");
        hub.post("/api/v1/sessions", "{\"id\":\"modest\"}");

        JsonNode greedy = postUntil("greedy", session -> session.at("/dropped/memory").asLong() > 0);
        long before = FrameHoard.bytes();
        postUntil("greedy", session -> session.at("/dropped/memory").asLong() > greedy.at("/dropped/memory").asLong() + 50);

        assertTrue(before > (MAX_SESSION_MB << 20) / 2, "kept " + before + " bytes: the route does not hoard");
        assertTrue(FrameHoard.bytes() <= MAX_SESSION_MB << 20, "kept " + FrameHoard.bytes() + " bytes");
        assertEquals("streaming", client.get("/api/v1/sessions/greedy").get("state").asText());
        JsonNode modest = postUntil("modest", session -> session.get("frames_out").asLong() >= 200);
        assertEquals(0, modest.at("/dropped/memory").asLong(), modest::toString);
        stream.assertAlive();
    }

    private static JsonNode postUntil(String id, Predicate<JsonNode> wanted) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        JsonNode session;
        do {
            HttpResponse<String> taken = hub.send(
                    "POST", "/api/v1/sessions/" + id + "/frames", BodyPublishers.ofByteArray(PICTURE),
                    "Content-Type", "video/raw;format=i420", "caravan-width", "" + WIDTH, "caravan-height", "" + HEIGHT);
            assertEquals(202, taken.statusCode(), taken::body);
            session = client.get("/api/v1/sessions/" + id);
            assertTrue(System.nanoTime() < end, "in vain: " + session);
        } while (!wanted.test(session));
        return session;
    }
}
