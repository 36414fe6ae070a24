package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody drops into the routes folder. */
class UserRoutesTest {

    private static final String SHOW_HEADERS = """
            - route:
                id: webhook
                from:
                  uri: platform-http:/webhook/{name}
                  steps:
                    - setBody:
                        simple: "seen ${headers}"
            - route:
                id: group
                from:
                  uri: platform-http:/group
                  steps:
                    - setBody:
                        simple: "{{caravan.kafka-group}}"
            """;

    @TempDir
    static Path data;

    static TestHub hub;

    @BeforeAll
    static void start() throws Exception {
        Path routes = Files.createDirectories(data.resolve("routes"));
        Files.writeString(routes.resolve("webhook.yaml"), SHOW_HEADERS);
        Files.writeString(routes.resolve("broken.yaml"), "- route:\n    from:\n      uri: nonsense-scheme:x\n    steps: 1\n");
        hub = TestHub.startIn(data, "--kafka-group=mine");
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @Test
    void theyRunBesideOursAndABrokenOneIsLeftOut() {
        assertEquals(200, hub.status("/webhook/x"));
        assertEquals(200, hub.status("/health"));
    }

    @Test
    void theyMayUseSettingsAsPlaceholders() {
        assertEquals("mine", hub.fetch("/group").body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"kafka.OVERRIDE_TOPIC", "KAFKA.override_topic", "CamelHttpUri", "camelfilename", "CaravanSessionId"})
    void nobodyOutsideSetsAHeaderThatSteersARoute(String name) {
        HttpResponse<String> byHeader = hub.fetch("/webhook/x", name, "injected-value");
        assertEquals(200, byHeader.statusCode());
        assertFalse(byHeader.body().contains("injected-value"), byHeader::body);
        // The query itself is shown by headers of Camel's own; it must not have become one more.
        String byQuery = hub.fetch("/webhook/x?" + name + "=injected-value").body().replaceAll("CamelHttp\\w+=[^,}]*", "");
        assertTrue(byQuery.startsWith("seen "), byQuery);
        assertFalse(byQuery.contains("injected-value"), byQuery);
    }

    @Test
    void otherHeadersComeThrough() {
        assertTrue(hub.fetch("/webhook/x", "X-Mine", "kept").body().contains("kept"));
    }

    @Test
    void theyAreGuardedLikeOurs() throws Exception {
        assertEquals(403, hub.fetch("/webhook/x", "Origin", "https://evil.example").statusCode());
        assertTrue(hub.raw("GET /webhook/x HTTP/1.1", "Host: evil.example", "Connection: close").contains(" 403 "));
    }
}
