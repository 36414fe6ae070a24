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

    private static final String FAIL = """
            - route:
                id: fails
                from:
                  uri: platform-http:/fails
                  steps:
                    - setHeader:
                        name: X-Half
                        constant: done
                    - throwException:
                        exceptionType: java.lang.IllegalStateException
                        message: /etc/secret is missing
            - rest:
                get:
                  - path: /fails-inside
                    to: direct:inside
            - route:
                id: inside
                from:
                  uri: direct:inside
                  steps:
                    - throwException:
                        exceptionType: java.lang.IllegalStateException
                        message: /etc/secret is missing
            - route:
                id: into-nowhere
                from:
                  uri: platform-http:/into-nowhere
                  steps:
                    - setHeader:
                        name: CaravanSessionId
                        constant: nobody
                    - setBody:
                        constant: '{"paused": true}'
                    - to: inference:main
            """;

    private static final String HANDLES_ITSELF = """
            - onException:
                exception: [java.lang.Exception]
                handled:
                  constant: "true"
                steps:
                  - setHeader:
                      name: CamelHttpResponseCode
                      constant: 418
                  - setBody:
                      constant: own words
            - route:
                id: handles-itself
                from:
                  uri: platform-http:/handles-itself
                  steps:
                    - throwException:
                        exceptionType: java.lang.IllegalStateException
                        message: no
            """;

    @TempDir
    static Path data;

    static TestHub hub;

    @BeforeAll
    static void start() throws Exception {
        Path routes = Files.createDirectories(data.resolve("routes"));
        Files.writeString(routes.resolve("webhook.yaml"), SHOW_HEADERS);
        Files.writeString(routes.resolve("fail.yaml"), FAIL);
        Files.writeString(routes.resolve("handles-itself.yaml"), HANDLES_ITSELF);
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
    @ValueSource(strings = {
        "kafka.OVERRIDE_TOPIC", "KAFKA.override_topic", "kafka.KEY", "kafka.PARTITION_KEY", "kafka.OVERRIDE_TIMESTAMP", "CamelHttpUri",
        "CAMELHTTPMETHOD", "CamelHttpResponseCode", "camelfilename", "CamelOverruleFileName", "CamelBeanMethodName", "CamelLanguageScript",
        "CamelXsltResourceUri", "CaravanSessionId", "Long-Running-Action", "long-running-action", "org.apache.camel.x",
    })
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

    @ParameterizedTest
    @ValueSource(strings = {"/fails", "/fails-inside"})
    void aFailureIsAnsweredInTheContractsShapeWithoutItsText(String path) {
        HttpResponse<String> answer = hub.fetch(path);
        assertEquals(500, answer.statusCode());
        assertEquals("application/json", answer.headers().firstValue("content-type").orElse(""));
        assertEquals("{\"detail\":\"Internal error: see the hub's log\"}", answer.body());
        assertTrue(answer.headers().firstValue("x-half").isEmpty(), "nothing of what the route had done so far");
    }

    @Test
    void aRefusalOfASessionIsToldInItsOwnWords() {
        HttpResponse<String> answer = hub.fetch("/into-nowhere");
        assertEquals(404, answer.statusCode(), answer::body);
        assertTrue(answer.body().contains("nobody"), answer::body);
    }

    @Test
    void theirOwnWayWithFailuresComesFirst() {
        HttpResponse<String> answer = hub.fetch("/handles-itself");
        assertEquals(418, answer.statusCode());
        assertEquals("own words", answer.body());
    }

    @Test
    void theyAreGuardedLikeOurs() throws Exception {
        assertEquals(403, hub.fetch("/webhook/x", "Origin", "https://evil.example").statusCode());
        assertTrue(hub.raw("GET /webhook/x HTTP/1.1", "Host: evil.example", "Connection: close").contains(" 403 "));
    }
}
