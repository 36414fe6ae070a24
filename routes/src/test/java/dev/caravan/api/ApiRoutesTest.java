package dev.caravan.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.TestHub;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every operation of the contract gets from its base, through a hub's port. */
class ApiRoutesTest {

    static TestHub hub;

    /** One operation for each thing a handler can do. */
    static final class Sample extends ApiRoutes {

        private final Path file;

        Sample(Path file) {
            super("sample", "For the test");
            this.file = file;
        }

        @Override
        protected void operations() {
            get("/api/v1/sample/{id}", "sampleGet", "Echo", request -> {
                Map<String, Object> seen = new LinkedHashMap<>();
                seen.put("id", request.path("id"));
                seen.put("query", request.query("q").orElse(null));
                seen.put("thread", Thread.currentThread().getName());
                return Reply.json(seen).with("X-Sample", "yes");
            });
            post("/api/v1/sample/{id}", "samplePost", "Echo a body", request -> Reply.json(201, request.requireObject()))
                    .jsonBody("anything", Map.of("a", 1));
            delete("/api/v1/sample/{id}", "sampleDelete", "Nothing", request -> Reply.noContent());
            get("/api/v1/sample-refused", "sampleRefused", "Refuses", request -> {
                throw new ApiError(409, "Busy");
            });
            get("/api/v1/sample-broken", "sampleBroken", "Breaks", request -> {
                throw new IllegalStateException("/etc/secret is missing");
            });
            get("/api/v1/sample-number", "sampleNumber", "A number", request -> Reply.json(
                    request.queryNumber("n", 1, 10, 5)));
            get("/api/v1/sample-files/{path*}", "sampleFile", "A file", request -> request.path("path").equals("gone")
                    ? Reply.file("video/mp4", file.resolveSibling("gone.mp4"))
                    : Reply.file("video/mp4", file));
            post("/api/v1/sample-bytes", "sampleBytes", "A length", request -> Reply.json(request.body().length))
                    .bytesBody("application/octet-stream", "anything");
        }
    }

    @BeforeAll
    static void start() throws Exception {
        hub = TestHub.start("--max-frame-mb=1");
        Path file = Files.writeString(hub.data().resolve("clip.mp4"), "0123456789");
        hub.running().camel().addRoutes(new Sample(file));
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private static JsonNode json(HttpResponse<String> answer, int status) {
        assertEquals(status, answer.statusCode(), answer::body);
        assertEquals("application/json", answer.headers().firstValue("content-type").orElse(""));
        return Json.read(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode fault(HttpResponse<String> answer) {
        JsonNode fault = json(answer, 422).at("/detail/0");
        assertTrue(fault.has("type") && fault.get("loc").isArray() && fault.has("msg") && fault.has("input"), answer::body);
        return fault;
    }

    @Test
    void aPathIsReadFromThePathAndNotFromAHeaderOrAQueryOfTheSameName() throws Exception {
        HttpResponse<String> answer = hub.fetch("/api/v1/sample/a%20b%2Fc+d?id=query&q=1%202&thread=x", "id", "header");
        JsonNode seen = json(answer, 200);
        assertEquals("a b/c+d", seen.get("id").asText());
        assertEquals("1 2", seen.get("query").asText());
        assertEquals("yes", answer.headers().firstValue("x-sample").orElse(""));
    }

    @Test
    void absentValuesAreWrittenAsNull() throws Exception {
        assertTrue(json(hub.fetch("/api/v1/sample/x"), 200).get("query").isNull());
    }

    @Test
    void handlersMayBlockBecauseTheyNeverRunOnAnEventLoop() throws Exception {
        String thread = json(hub.fetch("/api/v1/sample/x"), 200).get("thread").asText();
        assertTrue(thread.startsWith("vert.x-worker-thread"), thread);
    }

    @Test
    void whatTheClientSentDoesNotComeBackAsHeaders() throws Exception {
        HttpResponse<String> answer = hub.fetch("/api/v1/sample/x?X-Query=1", "X-Mine", "1", "Cookie", "a=b");
        assertFalse(answer.headers().map().keySet().stream().anyMatch(List.of("x-mine", "x-query", "cookie")::contains));
    }

    @Test
    void aBodyIsReadWhateverItSaysAboutItsCharset() throws Exception {
        String body = "{\"a\":\"ü\"}";
        for (String type : List.of("application/json", "application/json; charset=utf-8", "application/problem+json")) {
            assertEquals("ü", json(hub.post("/api/v1/sample/x", body, "Content-Type", type), 201).get("a").asText());
        }
        assertEquals("ü", json(hub.post("/api/v1/sample/x", body), 201).get("a").asText(), "without a type");
    }

    @Test
    void malformedJsonIsAValidationFault() throws Exception {
        JsonNode fault = fault(hub.post("/api/v1/sample/x", "{\"a\":", "Content-Type", "application/json"));
        assertEquals("json_invalid", fault.get("type").asText());
        assertEquals("body", fault.at("/loc/0").asText());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"'' | missing", "[] | model_attributes_type", "{} {} | json_invalid", "NaN | json_invalid"})
    void soIsEverythingThatIsNoObject(String body, String type) throws Exception {
        assertEquals(type, fault(hub.post("/api/v1/sample/x", body, "Content-Type", "application/json")).get("type").asText());
    }

    @Test
    void jsonThatIsTooDeepIsRefusedAndNotFollowed() throws Exception {
        String deep = "{\"a\":".repeat(5000) + "1" + "}".repeat(5000);
        assertEquals(422, hub.post("/api/v1/sample/x", deep, "Content-Type", "application/json").statusCode());
    }

    @Test
    void aBodyOfAnotherTypeIsRefusedByName() throws Exception {
        HttpResponse<String> answer = hub.post("/api/v1/sample/x", "a: 1", "Content-Type", "text/yaml");
        assertTrue(json(answer, 415).get("detail").asText().contains("text/yaml"));
    }

    @Test
    void aBodyBeyondTheLimitIsRefusedWithAndWithoutALength() throws Exception {
        byte[] big = new byte[(1 << 20) + 1];
        HttpResponse<String> answer = hub.send("POST", "/api/v1/sample-bytes", BodyPublishers.ofByteArray(big));
        assertEquals("Request body too large", json(answer, 413).get("detail").asText());
        answer = hub.send(
                "POST", "/api/v1/sample-bytes", BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(big)));
        assertEquals("Request body too large", json(answer, 413).get("detail").asText());
        answer = hub.send("POST", "/api/v1/sample-bytes", BodyPublishers.ofByteArray(new byte[1 << 20]));
        assertEquals(1 << 20, json(answer, 200).asInt());
    }

    @Test
    void nothingIsAnsweredWithNothing() throws Exception {
        HttpResponse<String> answer = hub.send("DELETE", "/api/v1/sample/x", BodyPublishers.noBody());
        assertEquals(204, answer.statusCode());
        assertEquals("", answer.body());
        assertFalse(answer.headers().firstValue("transfer-encoding").isPresent());
        assertFalse(answer.headers().firstValue("content-length").isPresent());
    }

    @Test
    void aRefusalIsItsStatusAndItsText() throws Exception {
        assertEquals("Busy", json(hub.fetch("/api/v1/sample-refused"), 409).get("detail").asText());
    }

    @Test
    void theTextOfAnUnexpectedFaultStaysInside() throws Exception {
        String detail = json(hub.fetch("/api/v1/sample-broken"), 500).get("detail").asText();
        assertFalse(detail.contains("secret"), detail);
        assertTrue(detail.contains("sampleBroken"), detail);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "10, 10"})
    void aNumberInTheQueryIsChecked(String given, int read) throws Exception {
        assertEquals(read, json(hub.fetch("/api/v1/sample-number?n=" + given), 200).asInt());
    }

    @ParameterizedTest
    @CsvSource({"0, greater_than_equal", "11, less_than_equal", "x, int_parsing", "1.5, int_parsing"})
    void aBadNumberIsAFaultOfTheQuery(String given, String type) throws Exception {
        JsonNode fault = fault(hub.fetch("/api/v1/sample-number?n=" + given));
        assertEquals(type, fault.get("type").asText());
        assertEquals("query", fault.at("/loc/0").asText());
        assertEquals(given, fault.get("input").asText());
    }

    @Test
    void otherMethodsOfThePathAreNamed() throws Exception {
        HttpResponse<String> answer = hub.send("PUT", "/api/v1/sample/x", BodyPublishers.ofString("{}"));
        assertEquals(405, answer.statusCode());
        assertEquals("DELETE, GET, HEAD, OPTIONS, POST", answer.headers().firstValue("allow").orElse(""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "bytes=0-3 | 206 | 0123 | bytes 0-3/10",
        "bytes=7- | 206 | 789 | bytes 7-9/10",
        "bytes=-2 | 206 | 89 | bytes 8-9/10",
        "bytes=5-99 | 206 | 56789 | bytes 5-9/10",
        "bytes=10- | 416 | '' | bytes */10",
        "bytes=0-1,3-4 | 200 | 0123456789 | ''",
        "lines=1-2 | 200 | 0123456789 | ''",
    })
    void partsOfAFileAreSentOnRequest(String range, int status, String body, String part) throws Exception {
        HttpResponse<String> answer = hub.fetch("/api/v1/sample-files/a/b.mp4", "Range", range);
        assertEquals(status, answer.statusCode());
        assertEquals(body, answer.body());
        assertEquals(part, answer.headers().firstValue("content-range").orElse(""));
    }

    @Test
    void aFileIsKnownByItsTag() throws Exception {
        HttpResponse<String> whole = hub.fetch("/api/v1/sample-files/a");
        assertEquals("0123456789", whole.body());
        assertEquals("video/mp4", whole.headers().firstValue("content-type").orElse(""));
        assertEquals("10", whole.headers().firstValue("content-length").orElse(""));
        String tag = whole.headers().firstValue("etag").orElseThrow();
        assertEquals(304, hub.fetch("/api/v1/sample-files/a", "If-None-Match", "\"other\", W/" + tag).statusCode());
        assertEquals(206, hub.fetch("/api/v1/sample-files/a", "Range", "bytes=1-", "If-Range", tag).statusCode());
        assertEquals(200, hub.fetch("/api/v1/sample-files/a", "Range", "bytes=1-", "If-Range", "\"old\"").statusCode());
        HttpResponse<String> head = hub.send("HEAD", "/api/v1/sample-files/a", BodyPublishers.noBody());
        assertEquals("10", head.headers().firstValue("content-length").orElse(""));
        String raw = hub.raw("HEAD /api/v1/sample-files/a HTTP/1.1", "Host: localhost", "Connection: close");
        assertTrue(raw.endsWith("\r\n\r\n"), raw);
    }

    @Test
    void aFileThatWentAwayIsNotFound() throws Exception {
        assertEquals("File not found", json(hub.fetch("/api/v1/sample-files/gone"), 404).get("detail").asText());
    }

    @Test
    void theStarOfAPathIsAPlaceholderInTheDescription() throws Exception {
        JsonNode paths = json(hub.fetch("/openapi.json"), 200).get("paths");
        assertEquals("sampleFile", paths.at("/~1api~1v1~1sample-files~1{path}/get/operationId").asText(), paths::toString);
        assertArrayEquals(
                new Object[] {"id"},
                paths.at("/~1api~1v1~1sample~1{id}/get/parameters").findValuesAsText("name").toArray());
    }
}
