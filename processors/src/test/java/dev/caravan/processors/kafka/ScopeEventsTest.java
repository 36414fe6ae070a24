package dev.caravan.processors.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.pipeline.PipelineLoader.Entry;
import dev.caravan.processors.session.SessionEvent;
import dev.caravan.processors.session.SessionEvent.Type;
import dev.caravan.processors.session.SessionSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The shapes of spec §6. */
class ScopeEventsTest {

    private static final Map<String, Object> WHO = Map.of("user_id", "u", "connection_info", Map.of("gpu_type", "x"));

    private final List<ScopeEvents.Event> told = new ArrayList<>();
    private long now = 1_777_554_643_123L;
    private final ScopeEvents events =
            new ScopeEvents(() -> Instant.ofEpochMilli(now), () -> List.of(snapshot("s")), told::add);

    @Test
    void anEventHasTheContractsEnvelope() {
        state("none", "opening");
        ScopeEvents.Event event = told.getFirst();
        assertEquals(event.id(), event.body().get("id"));
        assertEquals("stream_trace", event.body().get("type"));
        assertEquals("1777554643123", event.body().get("timestamp"), "a string");
        assertEquals(
                Map.of(
                        "type", "session_created",
                        "client_source", "scope",
                        "timestamp", "1777554643123",
                        "pipeline_ids", List.of("longlive"),
                        "session_id", "s",
                        "user_id", "u",
                        "connection_info", Map.of("gpu_type", "x"),
                        "mode", "local"),
                event.body().get("data"));
    }

    @Test
    void aSessionsLifeIsToldInTheContractsWords() {
        state("none", "opening");
        state("opening", "streaming");
        event(Type.PLAYBACK_READY, Map.of("ttff_ms", 120L));
        state("streaming", "paused");
        state("paused", "streaming");
        event(Type.APPLIED, Map.of("offset", 1));
        event(Type.STREAM_STOPPED, Map.of("frames_in", 3L, "frames_out", 4L, "reason", "left"));
        state("closing", "closed");
        assertEquals(
                List.of("session_created", "stream_started", "playback_ready", "stream_stopped", "session_closed"), types());
        assertEquals(120L, data(2).get("ttff_ms"));
        assertEquals(4L, data(3).get("frames_out"));
        assertEquals("u", data(4).get("user_id"), "who it was is repeated");
        assertFalse(data(4).containsKey("mode"));
    }

    @Test
    void aHeartbeatTellsTheRates() {
        events.heartbeat();
        assertEquals(List.of(), told, "not streaming yet");
        state("none", "opening");
        state("opening", "streaming");
        now += 10_000;
        events.heartbeat();
        Map<String, Object> beat = data(2);
        assertEquals("stream_heartbeat", beat.get("type"));
        assertEquals(29.9, beat.get("fps_in"));
        assertEquals(10_000L, beat.get("since_last_heartbeat_ms"));
        assertEquals(12_500L, beat.get("elapsed_ms"));
    }

    @Test
    void errorsNameWhatFailedAndWhetherItGoesOn() {
        state("none", "opening");
        event(Type.ERROR, Map.of("message", "no stream", "fatal", true));
        state("opening", "streaming");
        event(Type.ERROR, Map.of("message", "a chunk", "fatal", false));
        events.failed(new Entry("n", "longlive", Map.of()), "files are missing");
        assertEquals("stream_startup_failed", error(1).get("error_type"));
        assertEquals("pipeline_processing_failed", error(3).get("error_type"));
        assertEquals(true, error(3).get("recoverable"));
        assertEquals("pipeline_load_failed", error(4).get("error_type"));
        assertEquals("files are missing", error(4).get("message"));
    }

    @Test
    void aRefusedOfferIsTold() {
        events.offerFailed(new IllegalArgumentException("no m-line"));
        assertEquals(
                Map.of(
                        "error_type", "webrtc_offer_failed",
                        "message", "no m-line",
                        "exception_type", "IllegalArgumentException",
                        "recoverable", true),
                error(0));
        assertEquals("offer_handling", data(0).get("phase"));
    }

    @Test
    void loadsAreToldAndEmptyKeysAreLeftOut() {
        Entry entry = new Entry("main", "longlive", Map.of());
        events.loadStarted(entry);
        events.loaded(new Entry("main", "longlive", Map.of("height", 320)), Duration.ofMillis(900));
        events.unloaded(entry);
        assertEquals(List.of("pipeline_load_start", "pipeline_loaded", "pipeline_unloaded"), types());
        assertFalse(data(0).containsKey("load_params"));
        assertEquals(Map.of("height", 320), data(1).get("load_params"));
        assertEquals(900L, data(1).get("load_duration_ms"));
        assertEquals(List.of("main"), data(2).get("pipeline_ids"), "the instance");
        assertTrue(told.stream().map(ScopeEvents.Event::id).distinct().count() == 3);
    }

    private void state(String from, String to) {
        Map<String, Object> data = new LinkedHashMap<>(WHO);
        data.putAll(Map.of("from", from, "to", to, "reason", "", "pipeline_ids", List.of("longlive")));
        event(Type.STATE, data);
    }

    private void event(Type type, Map<String, Object> data) {
        events.on(new SessionEvent("s", type, now, data));
    }

    private List<Object> types() {
        return told.stream().map(e -> ((Map<?, ?>) e.body().get("data")).get("type")).map(Object.class::cast).toList();
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> data(int index) {
        return (Map<String, Object>) told.get(index).body().get("data");
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> error(int index) {
        return (Map<String, Object>) data(index).get("error");
    }

    private static SessionSnapshot snapshot(String id) {
        return new SessionSnapshot(
                id, "rest", "streaming", 0, 12.5, List.of("longlive"), "video", 576, 320, List.of(), Optional.empty(), List.of(),
                300, 299, Map.of(), 299, 1, 29.94, 29.9, 60, Optional.empty(), List.of());
    }
}
