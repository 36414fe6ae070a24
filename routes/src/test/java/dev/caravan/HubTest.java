package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.api.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.Route;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole hub through its port, without a token. */
class HubTest {

    static TestHub hub;

    @BeforeAll
    static void start() {
        hub = TestHub.start();
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private static JsonNode json(HttpResponse<String> answer) {
        assertEquals("application/json", answer.headers().firstValue("content-type").orElse(""), answer::body);
        return Json.read(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    private static String detail(HttpResponse<String> answer, int status) {
        assertEquals(status, answer.statusCode(), answer::body);
        return json(answer).get("detail").asText();
    }

    @Test
    void healthIsTheContractsBodyBeforeAnythingIsLoaded() throws Exception {
        HttpResponse<String> answer = hub.fetch("/health?_t=123");
        assertEquals(200, answer.statusCode());
        JsonNode health = json(answer);
        assertEquals("healthy", health.get("status").asText());
        assertTrue(health.get("timestamp").asText().matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}"), answer::body);
        assertTrue(health.get("server_start_time").isNumber());
        assertEquals("0.1.0-SNAPSHOT", health.get("version").asText());
        assertTrue(health.get("git_commit").isTextual());
        assertEquals("not_loaded", health.at("/checks/pipeline/status").asText());
        assertEquals(
                health.get("server_start_time"), json(hub.fetch("/health")).get("server_start_time"), "constant for one life");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health/live", "/health/ready", "/health/startup"})
    void theProbesSayUp(String path) throws Exception {
        HttpResponse<String> answer = hub.fetch(path);
        assertEquals(200, answer.statusCode(), answer::body);
        assertEquals("UP", json(answer).get("status").asText());
    }

    @Test
    void hardwareIsToldInTheOldShapeAndTheNew() throws Exception {
        JsonNode info = json(hub.fetch("/api/v1/hardware/info"));
        assertTrue(info.has("vram_gb"));
        for (String link : new String[] {"spout", "ndi", "syphon"}) {
            assertTrue(info.get(link).get("available").isBoolean());
            assertTrue(info.get(link + "_available").isBoolean());
        }
    }

    @Test
    void hubInfoTellsWhereAndWithinWhichLimits() throws Exception {
        JsonNode info = json(hub.fetch("/api/v1/hub/info"));
        assertEquals(hub.running().baseUri().toString(), info.get("address").asText());
        assertTrue(info.get("kafka").isNull(), "started with --kafka none");
        assertEquals(32, info.at("/limits/max_sessions").asInt());
        assertFalse(info.get("token_required").asBoolean());
    }

    @Test
    void anUnknownApiPathIsAJsonErrorAndNotThePage() throws Exception {
        assertEquals("Not Found", detail(hub.fetch("/api/v1/nope"), 404));
        assertEquals("Not Found", detail(hub.post("/nope", "{}", "Content-Type", "application/json"), 404));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH"})
    void aWrongMethodIsToldWhichOnesWork(String method) throws Exception {
        HttpResponse<String> answer = hub.send(method, "/health", BodyPublishers.noBody());
        assertEquals("Method Not Allowed", detail(answer, 405));
        assertEquals("GET, HEAD, OPTIONS", answer.headers().firstValue("allow").orElse(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/health", "/health/live", "/api/v1/hardware/info", "/api/v1/hub/info", "/docs", "/openapi.json"})
    void headAnswersLikeGetWithoutTheBody(String path) throws Exception {
        HttpResponse<String> get = hub.fetch(path);
        HttpResponse<String> head = hub.send("HEAD", path, BodyPublishers.noBody());
        assertEquals(get.statusCode(), head.statusCode());
        assertEquals(get.headers().firstValue("content-type"), head.headers().firstValue("content-type"));
        assertEquals("", head.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/x-www-form-urlencoded", "multipart/form-data; boundary=x"})
    void aFormIsRefusedByItsType(String type) throws Exception {
        assertTrue(detail(hub.post("/api/v1/anything", "a=1", "Content-Type", type), 415).endsWith("send application/json"));
    }

    @Test
    void whatCannotBeReadAsARequestIsAnsweredInJsonToo() throws Exception {
        String close = "Connection: close";
        unreadable(hub.raw("GET /" + "a".repeat(10_000) + " HTTP/1.1", "Host: localhost", close), 414);
        unreadable(hub.raw("GET / HTTP/1.1", "Host: localhost", "X-Long: " + "a".repeat(10_000), close), 431);
        unreadable(hub.raw("nonsense", close), 400);
    }

    private static void unreadable(String answer, int status) {
        // Without a first line the version is not known either.
        assertTrue(answer.matches("(?s)HTTP/1\\.[01] " + status + " .*"), answer);
        assertTrue(answer.toLowerCase(Locale.ROOT).contains("content-type: application/json"), answer);
        assertTrue(answer.substring(answer.indexOf("\r\n\r\n")).strip().startsWith("{\"detail\":\""), answer);
    }

    @Test
    void aClientThatWouldLikeAnotherVersionOfHttpIsServedAllTheSame() throws Exception {
        HttpRequest head = HttpRequest.newBuilder(hub.uri("/health"))
                .method("HEAD", BodyPublishers.noBody())
                .build();
        try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            HttpResponse<String> answer = client.send(head, HttpResponse.BodyHandlers.ofString());
            assertEquals(200, answer.statusCode());
            assertEquals(HttpClient.Version.HTTP_1_1, answer.version());
            assertEquals("", answer.body());
        }
    }

    @Test
    void aBrokenQueryIsTheClientsFault() throws Exception {
        String answer = hub.raw("GET /health?a=%zz HTTP/1.1", "Host: localhost", "Connection: close");
        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
        assertTrue(answer.contains("{\"detail\":"), answer);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, 200", "localhost:8000, 200", "127.0.0.1:1, 200", "[::1]:8000, 200", "app.localhost, 200",
        "evil.example, 403", "127.0.0.1.evil.example, 403", "192.168.1.5:8000, 403", "localhost.evil.example:80, 403",
    })
    void theHostMustNameThisMachine(String host, int status) throws Exception {
        String answer = hub.raw("GET /health HTTP/1.1", "Host: " + host, "Connection: close");
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertEquals(status == 403, answer.contains("--allowed-hosts"), answer);
    }

    @Test
    void aRequestWithoutAHostIsRefused() throws Exception {
        assertTrue(hub.raw("GET /health HTTP/1.0").contains(" 403 "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "http://localhost:3000", "http://127.0.0.1:5500", "http://[::1]:9", "https://localhost"})
    void pagesFromThisMachineAndFromDiskMayCall(String origin) throws Exception {
        HttpResponse<String> answer = hub.fetch("/health", "Origin", origin);
        assertEquals(200, answer.statusCode());
        assertEquals(origin, answer.headers().firstValue("access-control-allow-origin").orElse(""));
        assertEquals("true", answer.headers().firstValue("access-control-allow-credentials").orElse(""));
        assertEquals("Origin", answer.headers().firstValue("vary").orElse(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "http://localhost.evil.example", "http://127.0.0.1.evil.example", "garbage", "file://"})
    void pagesOfSomebodyElseMayNot(String origin) throws Exception {
        HttpResponse<String> answer = hub.fetch("/health", "Origin", origin);
        assertTrue(detail(answer, 403).contains("--allowed-origins"));
        assertEquals("", answer.headers().firstValue("access-control-allow-origin").orElse(""));
        HttpResponse<String> preflight = preflight("/api/v1/pipeline/load", "POST", origin);
        assertEquals(403, preflight.statusCode());
    }

    @ParameterizedTest
    @CsvSource({"/api/v1/pipeline/load, POST", "/api/v1/webrtc/offer/x, PATCH", "/api/v1/webrtc/offer/x, DELETE"})
    void aPreflightIsAnsweredForWhateverIsAsked(String path, String method) throws Exception {
        HttpResponse<String> answer = preflight(path, method, "null");
        assertEquals(200, answer.statusCode());
        assertEquals("null", answer.headers().firstValue("access-control-allow-origin").orElse(""));
        assertEquals("content-type, x-anything", answer.headers().firstValue("access-control-allow-headers").orElse(""));
        assertTrue(answer.headers().firstValue("access-control-allow-methods").orElse("").contains(method));
        assertEquals("600", answer.headers().firstValue("access-control-max-age").orElse(""));
    }

    private static HttpResponse<String> preflight(String path, String method, String origin) throws Exception {
        return hub.send(
                "OPTIONS",
                path,
                BodyPublishers.noBody(),
                "Origin", origin,
                "Access-Control-Request-Method", method,
                "Access-Control-Request-Headers", "content-type, x-anything");
    }

    @ParameterizedTest
    @ValueSource(strings = {"//api/v1/sessions/x", "/api//v1/sessions/x?a=1", "/y/../api/v1/sessions/x", "/api/v1/%73essions/%78"})
    void aPathMeansTheSameHoweverItIsSpelt(String path) throws Exception {
        String answer = hub.raw("GET " + path + " HTTP/1.1", "Host: localhost", "Connection: close");
        assertTrue(answer.startsWith("HTTP/1.1 404 "), answer);
        assertTrue(answer.contains("Session x not found"), answer);
    }

    @Test
    void theApiPageComesFromTheJarAlone() throws Exception {
        HttpResponse<String> page = hub.fetch("/docs");
        assertEquals(200, page.statusCode());
        assertFalse(page.body().contains("//"), "nothing from elsewhere");
        for (String file : new String[] {"swagger-ui.css", "swagger-ui-bundle.js", "api-page.js", "favicon-32x32.png"}) {
            assertTrue(page.body().contains("/docs/" + file) || file.equals("api-page.js"), file);
            assertEquals(200, hub.fetch("/docs/" + file).statusCode(), file);
        }
        HttpResponse<String> redoc = hub.fetch("/redoc");
        assertEquals(307, redoc.statusCode());
        assertEquals("/docs", redoc.headers().firstValue("location").orElse(""));
        assertEquals(404, hub.fetch("/docs/none.css").statusCode());
        String escaped = hub.raw("GET /docs/..%2flog4j2.xml HTTP/1.1", "Host: localhost", "Connection: close");
        assertTrue(escaped.startsWith("HTTP/1.1 404 "), escaped);
    }

    @Test
    void aFileTheBrowserHasIsNotSentAgain() throws Exception {
        HttpResponse<String> first = hub.fetch("/docs/swagger-ui.css");
        HttpResponse<String> second =
                hub.fetch("/docs/swagger-ui.css", "If-None-Match", first.headers().firstValue("etag").orElseThrow());
        assertEquals(304, second.statusCode());
        assertEquals("", second.body());
    }

    @Test
    void everyOperationIsDescribedOnceAndEveryApiRouteIsDescribed() throws Exception {
        JsonNode openApi = json(hub.fetch("/openapi.json"));
        assertEquals("3.1.0", openApi.get("openapi").asText());
        assertEquals("/", openApi.at("/servers/0/url").asText());
        assertEquals("Caravan", openApi.at("/info/title").asText());
        Set<String> ids = new HashSet<>();
        openApi.get("paths").properties().forEach(path -> {
            assertFalse(path.getKey().contains("*"), path.getKey());
            path.getValue().properties().forEach(operation -> {
                String where = operation.getKey() + " " + path.getKey();
                assertTrue(ids.add(operation.getValue().path("operationId").asText()), where + " has an id of another");
                assertFalse(operation.getValue().path("summary").asText().isEmpty(), where);
                operation.getValue().at("/requestBody/content").properties().forEach(body -> {
                    boolean json = body.getKey().equals("application/json");
                    assertEquals(json ? "object" : "string", body.getValue().at("/schema/type").asText(), where);
                    assertEquals(json, body.getValue().path("example").isObject(), where + ": something to try it out with");
                });
                operation.getValue().get("responses").forEach(response ->
                        assertFalse(response.path("description").asText().isEmpty(), where));
                for (String part : path.getKey().split("/")) {
                    if (part.startsWith("{")) {
                        assertTrue(operation.getValue().path("parameters").findValuesAsText("name")
                                .contains(part.substring(1, part.length() - 1)), where);
                    }
                }
            });
        });
        // A media route like the others, but answered like the API.
        Set<String> routed = new TreeSet<>(Set.of("postFrame"));
        for (Route route : hub.running().camel().getRoutes()) {
            if (route.getId().startsWith("api-")) {
                routed.add(route.getId().substring(4));
            }
        }
        assertEquals(routed, new TreeSet<>(ids));
    }

    @Test
    void everyAnswerForbidsSniffingAndFraming() throws Exception {
        for (String path : new String[] {"/", "/health", "/docs", "/api/v1/nope"}) {
            HttpResponse<String> answer = hub.fetch(path);
            assertEquals("nosniff", answer.headers().firstValue("x-content-type-options").orElse(""), path);
            assertEquals("DENY", answer.headers().firstValue("x-frame-options").orElse(""), path);
        }
    }

    @Test
    void aSecondHubOnTheSamePortIsToldSoInOneLine(@TempDir Path data) {
        String port = "--port=" + hub.running().baseUri().getPort();
        StartException refusal = org.junit.jupiter.api.Assertions.assertThrows(
                StartException.class, () -> TestHub.startIn(data, port).close());
        assertTrue(refusal.getMessage().contains("--port"), refusal::getMessage);
        assertEquals(1, refusal.getMessage().lines().count());
    }

    @Test
    void twoHubsMayRunInOneJvm() {
        try (TestHub second = TestHub.start()) {
            assertEquals(200, second.fetch("/health").statusCode());
            assertEquals(200, hub.fetch("/health").statusCode());
        }
        assertEquals(200, hub.fetch("/health").statusCode());
    }
}
