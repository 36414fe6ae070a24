package dev.caravan.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.TestHub;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code /metrics} of a hub without Kafka, as Prometheus sees it. */
@Timeout(60)
class MetricsTest {

    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private static TestHub hub;

    @BeforeAll
    static void start() {
        hub = TestHub.start();
        hub.load("passthrough");
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @Test
    void countersMatchWhatWasSentAndStayWhenTheirSessionIsGone() throws Exception {
        Exposition before = scrape();
        Session session = open("counted");
        for (int i = 0; i < 7; i++) {
            offer(session, "kafka:caravan.frames.in", i, 40_000);
            // One by one, so that none is dropped.
            long sent = i + 1;
            await(now -> now.value("caravan_frames_out_total", "pipeline", "passthrough")
                    == before.value("caravan_frames_out_total", "pipeline", "passthrough") + sent);
        }
        hub.post("/api/v1/sessions/counted/parameters", "{\"paused\":true}", "Content-Type", "application/json");
        hub.post("/api/v1/sessions/counted/parameters", "{\"noise_scale\":\"x\"}", "Content-Type", "application/json");
        await(now -> now.value("caravan_sessions", "state", "paused") == 1);
        offer(session, "webrtc:somebody", 1, 0);
        await(now -> now.value("caravan_frames_dropped_total", "cause", "paused")
                == before.value("caravan_frames_dropped_total", "cause", "paused") + 1);
        hub.running().hub().sessions().close("counted", "test");

        Exposition after = await(now -> now.value("caravan_sessions_closed_total", "outcome", "ended")
                == before.value("caravan_sessions_closed_total", "outcome", "ended") + 1);

        assertGrew(7, before, after, "caravan_frames_in_total", "door", "kafka");
        assertGrew(1, before, after, "caravan_frames_in_total", "door", "webrtc");
        assertGrew(7, before, after, "caravan_frames_out_total", "pipeline", "passthrough");
        assertGrew(7, before, after, "caravan_chunk_seconds_count", "pipeline", "passthrough", "stage", "total");
        assertGrew(7, before, after, "caravan_glass_to_hub_seconds_count", "door", "kafka");
        assertGrew(0.28, before, after, "caravan_glass_to_hub_seconds_sum", "door", "kafka");
        assertGrew(0, before, after, "caravan_glass_to_hub_seconds_count", "door", "webrtc");
        assertGrew(7, before, after, "caravan_glass_to_hub_seconds_bucket", "door", "kafka", "le", "0.05");
        assertGrew(0, before, after, "caravan_glass_to_hub_seconds_bucket", "door", "kafka", "le", "0.02");
        assertGrew(1, before, after, "caravan_controls_applied_total", "door", "rest");
        assertGrew(1, before, after, "caravan_controls_rejected_total", "door", "rest");
        assertGrew(1, before, after, "caravan_sessions_opened_total", "door", "rest");
        assertEquals(0, after.value("caravan_sessions", "state", "paused"));
    }

    @Test
    void aPictureThatIsPostedIsCountedWithItsDoorAndItsAge() throws Exception {
        open("posted");
        Exposition before = scrape();
        // The clock of its camera stands at the beginning of 1970: nothing is learned but that it is old.
        HttpResponse<String> taken = hub.send("POST", "/api/v1/sessions/posted/frames",
                BodyPublishers.ofByteArray(new byte[4 * 2 * 3]), "Content-Type", "video/raw;format=rgb24",
                "caravan-width", "4", "caravan-height", "2", "caravan-timestamp-ms", "1");
        assertEquals(202, taken.statusCode(), taken.body());
        Exposition after = scrape();
        assertGrew(1, before, after, "caravan_frames_in_total", "door", "rest");
        assertGrew(1, before, after, "caravan_glass_to_hub_seconds_count", "door", "rest");
        assertGrew(60, before, after, "caravan_glass_to_hub_seconds_sum", "door", "rest");
        close("posted");
    }

    @Test
    void modelsRoutesAndRequestsAreCounted() throws Exception {
        Exposition before = scrape();
        assertEquals(404, hub.status("/api/v1/nope"));
        assertEquals(200, hub.status("/api/v1/pipeline/status"));
        Exposition after = await(now -> now.value("caravan_route_exchanges_total", "route", "api-getPipelineStatus", "outcome", "completed")
                > before.value("caravan_route_exchanges_total", "route", "api-getPipelineStatus", "outcome", "completed"));
        assertGrew(1, before, after, "caravan_http_requests_seconds_count", "status", "4xx");
        assertTrue(after.value("caravan_http_requests_seconds_count", "status", "2xx")
                > before.value("caravan_http_requests_seconds_count", "status", "2xx"));
        assertEquals(1, after.value("caravan_models_loaded"));
        assertTrue(after.value("caravan_model_load_seconds_count", "pipeline", "passthrough") >= 1);
        assertEquals(1, after.value("caravan_info", "version", "0.1.0-SNAPSHOT", "device", "cpu"));
        assertTrue(after.value("caravan_process_resident_memory_bytes") > 1 << 20);
        assertTrue(after.names().containsAll(Set.of("jvm_memory_used_bytes", "jvm_threads_live_threads", "process_uptime_seconds")));
    }

    @Test
    void nothingThatAClientMakesUpBecomesALabel() throws Exception {
        String made = "evil-2718";
        Session session = open(made);
        offer(session, made, 1, 0);
        offer(session, "webrtc:" + made, 2, 0);
        hub.post("/api/v1/pipeline/load", "{\"pipeline_ids\":[\"" + made + "\"]}", "Content-Type", "application/json");
        await(now -> now.value("caravan_model_loads_failed_total", "pipeline", "unknown") >= 1);
        hub.fetch("/api/v1/" + made);
        hub.fetch("/api/v1/sessions/" + made, "X-" + made, made);
        String page = hub.fetch("/metrics").body();
        close(made);
        hub.load("passthrough");
        assertFalse(page.contains(made), page);
        Exposition all = Exposition.read(page);
        assertEquals(Set.of("webrtc", "kafka", "rest", "route"), all.values("caravan_frames_in_total", "door"));
        assertEquals(Set.of("1xx", "2xx", "3xx", "4xx", "5xx"), new TreeSet<>(all.family("caravan_http_requests_seconds").samples().stream()
                .map(sample -> sample.labels().get("status")).toList()));
        Set<String> pipelines = hub.running().hub().loader().status().nodes().stream().map(n -> n.schema().id()).collect(Collectors.toSet());
        assertEquals(pipelines, all.values("caravan_frames_out_total", "pipeline"));
    }

    @Test
    void whoAcceptsOpenMetricsGetsIt() {
        HttpResponse<String> text = hub.fetch("/metrics", "Accept", "*/*");
        HttpResponse<String> open = hub.fetch("/metrics", "Accept",
                "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.3");
        assertEquals(TEXT, text.headers().firstValue("content-type").orElse(""));
        assertTrue(open.headers().firstValue("content-type").orElse("").startsWith("application/openmetrics-text; version=1.0.0"));
        assertTrue(open.body().endsWith("# EOF\n"));
        assertFalse(text.body().contains("# EOF"));
        assertEquals(405, hub.post("/metrics", "{}").statusCode());
        assertEquals(TEXT, hub.send("HEAD", "/metrics", BodyPublishers.noBody())
                .headers().firstValue("content-type").orElse(""));
    }

    @Test
    void everyFamilyStandsInTheDocumentAndTheOtherWayRound() throws Exception {
        MetricsDocument document = MetricsDocument.read();
        open("documented");
        close("documented");
        Exposition now = scrape();
        assertEquals(Set.of(), minus(now.names(), document.names()), "not in the document");
        for (String when : List.of("always", "session", "load")) {
            assertEquals(Set.of(), minus(document.names(when), now.names()), "in the document only");
        }
        now.names().forEach(name -> assertEquals(document.type(name), now.family(name).type(), name));
        now.names().stream().filter(name -> name.startsWith("caravan_")).forEach(name -> now.family(name).samples().forEach(sample ->
                assertEquals(document.labels(name), minus(sample.labels().keySet(), Set.of("le")), name)));
    }

    static Set<String> minus(Set<String> all, Set<String> without) {
        return all.stream().filter(one -> !without.contains(one)).collect(Collectors.toCollection(TreeSet::new));
    }

    private static void assertGrew(double by, Exposition before, Exposition after, String name, String... labels) {
        assertEquals(by, after.value(name, labels) - before.value(name, labels), 1e-6, name + Arrays.toString(labels));
    }

    private static Session open(String id) throws Exception {
        return hub.running().hub().sessions().open(new SessionRequest(
                Optional.of(id), Origin.of("test"), Control.Door.REST, List.of(), Map.of(), Map.of()));
    }

    private static void close(String id) {
        Exposition before = scrape();
        hub.running().hub().sessions().close(id, "test");
        await(now -> now.value("caravan_sessions_closed_total", "outcome", "ended")
                > before.value("caravan_sessions_closed_total", "outcome", "ended"));
    }

    private static void offer(Session session, String source, long sequence, long ageMicros) {
        session.offer(Frame.incoming(session.id(), sequence, 5_000_000, Origin.of(source), new Picture.Rgb24(4, 2, new byte[24]),
                5_000_000 + ageMicros));
    }

    private static Exposition scrape() {
        return Exposition.read(hub.fetch("/metrics").body());
    }

    private static Exposition await(Predicate<Exposition> wanted) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        Exposition now = scrape();
        while (!wanted.test(now)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited in vain; the last page was " + hub.fetch("/metrics").body());
            }
            Thread.onSpinWait();
            now = scrape();
        }
        return now;
    }
}
