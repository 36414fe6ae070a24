package dev.caravan.traces;

import static dev.caravan.traces.SpanLog.attributes;
import static dev.caravan.traces.SpanLog.followed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.TestHub;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HttpTracesTest {

    private static final String TOKEN = "a-token-of-sixteen-or-more";
    private static final Set<String> LIBRARY_THREADS = Set.of("BatchSpanProcessor", "OkHttp");

    private static SpanLog log;
    private static TestHub hub;

    @BeforeAll
    static void start() {
        log = SpanLog.start(0, "--token=" + TOKEN);
        hub = log.hub();
        hub.post("/api/v1/pipeline/load", "{\"pipeline_ids\":[\"passthrough\"]}", "Authorization", "Bearer " + TOKEN);
        hub.post("/api/v1/sessions", "{\"id\":\"posted\"}", "Authorization", "Bearer " + TOKEN);
    }

    @AfterAll
    static void stop() {
        log.close();
    }

    @Test
    void aCallIsASpanNamedByItsTemplateWithoutAnythingOfTheClient() {
        assertEquals(404, call("GET", "/api/v1/sessions/secret-id/frame?quality=33", followed(1)).statusCode());
        SpanData span = log.await(1, "GET /api/v1/sessions/{id}/frame");
        assertEquals(SpanKind.SERVER, span.getKind());
        assertEquals(SpanLog.CALLER, span.getParentSpanId());
        assertEquals(StatusCode.UNSET, span.getStatus().getStatusCode());
        assertEquals(
                Map.of("http.request.method", "GET", "http.route", "/api/v1/sessions/{id}/frame",
                        "http.response.status_code", 404L, "url.scheme", "http"),
                attributes(span));
        assertEquals("caravan", span.getResource().getAttribute(AttributeKey.stringKey("service.name")));
        assertEquals(hub.running().hub().build().version(), span.getResource().getAttribute(AttributeKey.stringKey("service.version")));
        assertTrue(span.getResource().getAttribute(AttributeKey.stringKey("service.instance.id")).length() == 36);
    }

    @Test
    void aPostedFrameAndAControlHangBelowTheirCalls() {
        assertEquals(202, frame("posted", followed(2)).statusCode());
        SpanData call = log.await(2, "POST /api/v1/sessions/{id}/frames");
        SpanData ingest = log.await(2, "frame ingest");
        SpanData chunk = log.await(2, "chunk");
        assertEquals(call.getSpanId(), ingest.getParentSpanId());
        assertEquals(ingest.getSpanId(), chunk.getParentSpanId());
        assertEquals("posted", attributes(chunk).get("caravan.session"));
        assertEquals("passthrough", attributes(chunk).get("caravan.pipeline"));

        assertEquals(200, call("POST", "/api/v1/sessions/posted/parameters", followed(3)).statusCode());
        SpanData control = log.await(3, "control");
        assertEquals(log.await(3, "POST /api/v1/sessions/{id}/parameters").getSpanId(), control.getParentSpanId());
        assertEquals(202, frame("posted", "").statusCode());
        SpanData applying = log.await("a chunk that links to the control", span -> span.getName().equals("chunk")
                && span.getLinks().stream().anyMatch(link -> link.getSpanContext().getSpanId().equals(control.getSpanId())));
        assertFalse(applying.getParentSpanContext().isValid(), "nobody follows its frame");
    }

    @Test
    void nobodyWhomTheGuardRefusesMakesSpans() {
        assertEquals(401, hub.fetch("/api/v1/sessions", "traceparent", followed(4)).statusCode());
        assertEquals(200, call("GET", "/api/v1/sessions", followed(5)).statusCode());
        log.await(5, "GET /api/v1/sessions");
        assertTrue(log.now().stream().noneMatch(span -> span.getTraceId().equals(SpanLog.id(4))));
    }

    @Test
    void hostileHeadersHarmNoFrameAndMakeNoSpans() {
        int before = log.now().size();
        for (String hostile : List.of("x", "00-0-0-01", "0".repeat(6000), "00-" + "0".repeat(32) + "-" + "0".repeat(16) + "-01",
                "ff" + followed(6).substring(2), followed(6).toUpperCase(Locale.ROOT) + "Z", followed(6).replace("-01", "-00"))) {
            assertEquals(202, frame("posted", hostile).statusCode(), hostile);
        }
        assertEquals(202, frame("posted", followed(7)).statusCode());
        log.await(7, "frame ingest");
        assertTrue(log.now().stream().noneMatch(span -> span.getTraceId().equals(SpanLog.id(6))));
        assertTrue(log.now().size() <= before + 8, "those of the last frame and of frames that it drops");
    }

    @Test
    void aHubWithoutTracesHasNothingOfTheLibraryAndTakesTheHeaderAllTheSame() {
        Set<Thread> before = libraryThreads();
        try (TestHub off = TestHub.start()) {
            off.load("passthrough");
            off.post("/api/v1/sessions", "{\"id\":\"posted\"}");
            assertEquals(202, post(off, "posted", "traceparent", followed(8)).statusCode());
            Set<Thread> more = libraryThreads();
            more.removeAll(before);
            assertEquals(Set.of(), more);
        }
    }

    private static Set<Thread> libraryThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> LIBRARY_THREADS.stream().anyMatch(name -> thread.getName().startsWith(name)))
                .collect(Collectors.toSet());
    }

    private static HttpResponse<String> call(String method, String path, String traceparent) {
        return hub.send(method, path, BodyPublishers.ofString(method.equals("POST") ? "{\"noise_scale\":0.5}" : ""),
                "Authorization", "Bearer " + TOKEN, "Content-Type", "application/json", "traceparent", traceparent);
    }

    private static HttpResponse<String> frame(String session, String traceparent) {
        return traceparent.isEmpty()
                ? post(hub, session, "Authorization", "Bearer " + TOKEN)
                : post(hub, session, "Authorization", "Bearer " + TOKEN, "traceparent", traceparent);
    }

    private static HttpResponse<String> post(TestHub to, String session, String... headers) {
        String[] all = Stream.concat(
                        Stream.of(headers),
                        Stream.of("Content-Type", "video/raw;format=rgb24", "caravan-width", "4", "caravan-height", "2"))
                .toArray(String[]::new);
        return to.send("POST", "/api/v1/sessions/" + session + "/frames", BodyPublishers.ofByteArray(new byte[4 * 2 * 3]), all);
    }
}
