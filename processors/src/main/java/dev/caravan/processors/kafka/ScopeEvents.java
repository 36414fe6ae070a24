package dev.caravan.processors.kafka;

import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.inference.pipeline.PipelineLoader.Entry;
import dev.caravan.processors.session.SessionEvent;
import dev.caravan.processors.session.SessionSnapshot;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.camel.Exchange;

/**
 * Tells the hub's life in the events of the contract (spec §6), for whoever listens to a Scope server's events. Fire and forget.
 * Thread-safe.
 */
public final class ScopeEvents implements PipelineLoader.Listener {

    private static final String MODE = "local";
    private static final List<String> WHO = List.of("connection_id", "user_id", "connection_info");
    private static final int SESSIONS = 1_024;

    /**
     * One record.
     *
     * @param id   key of the record
     * @param body the JSON object
     */
    public record Event(String id, Map<String, Object> body) {}

    /** What later events of a session repeat. */
    private static final class Known {
        final Map<String, Object> who = new LinkedHashMap<>();
        List<?> pipelines = List.of();
        boolean streamed;
        long lastBeatMs;
    }

    private final InstantSource clock;
    private final Supplier<List<SessionSnapshot>> live;
    private final Consumer<Event> sink;
    private final Map<String, Known> sessions = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > SESSIONS;
        }
    };

    /**
     * @param live the live sessions, for heartbeats
     * @param sink takes events; must return at once
     */
    public ScopeEvents(InstantSource clock, Supplier<List<SessionSnapshot>> live, Consumer<Event> sink) {
        this.clock = clock;
        this.live = live;
        this.sink = sink;
    }

    /** Tells what happened to a session, where the contract has a word for it. */
    public void on(Exchange exchange) {
        if (exchange.getMessage().getBody() instanceof SessionEvent event) {
            on(event);
        }
    }

    synchronized void on(SessionEvent event) {
        Known known = sessions.computeIfAbsent(event.sessionId(), id -> new Known());
        Map<String, Object> data = event.data();
        WHO.forEach(key -> put(known.who, key, data.get(key)));
        if (data.get("pipeline_ids") instanceof List<?> ids) {
            known.pipelines = ids;
        }
        switch (event.type()) {
            case STATE -> state(event.sessionId(), known, String.valueOf(data.get("from")), String.valueOf(data.get("to")));
            case PLAYBACK_READY -> session("playback_ready", event.sessionId(), known, pick(data, "ttff_ms"));
            case STREAM_STOPPED -> {
                if (known.streamed) {
                    session("stream_stopped", event.sessionId(), known, pick(data, "frames_in", "frames_out"));
                }
            }
            case ERROR -> error(event.sessionId(), known, data);
            case APPLIED, REJECTED, PARAMETERS_UPDATED, CHUNK, FRAME_REJECTED -> {
                // The contract has no word for these; caravan.events has.
            }
        }
    }

    private void state(String session, Known known, String from, String to) {
        switch (to) {
            case "opening" -> session("session_created", session, known, Map.of());
            case "streaming" -> {
                if (!known.streamed) {
                    known.streamed = true;
                    known.lastBeatMs = clock.millis();
                    session("stream_started", session, known, Map.of());
                }
            }
            case "closed" -> {
                session("session_closed", session, known, Map.of());
                sessions.remove(session);
            }
            default -> {
                // Paused and closing are our own.
            }
        }
    }

    private void error(String session, Known known, Map<String, Object> data) {
        boolean fatal = Boolean.TRUE.equals(data.get("fatal"));
        String type = !fatal ? "pipeline_processing_failed" : known.streamed ? "stream_failed" : "stream_startup_failed";
        session("error", session, known, Map.of("error", error(type, String.valueOf(data.get("message")), !fatal)));
    }

    /** A beat of every live session. Called every ten seconds. */
    public synchronized void heartbeat() {
        for (SessionSnapshot now : live.get()) {
            Known known = sessions.get(now.id());
            if (known == null || !known.streamed) {
                continue;
            }
            Map<String, Object> data = new LinkedHashMap<>();
            data.put("frames_in", now.framesIn());
            data.put("frames_out", now.framesOut());
            data.put("fps_in", tenth(now.fpsIn()));
            data.put("fps_out", tenth(now.fpsOut()));
            data.put("elapsed_ms", (long) (now.elapsedSeconds() * 1000));
            data.put("since_last_heartbeat_ms", clock.millis() - known.lastBeatMs);
            data.put("pipeline_fps", tenth(now.pipelineFps()));
            known.lastBeatMs = clock.millis();
            session("stream_heartbeat", now.id(), known, data);
        }
    }

    @Override
    public void loadStarted(Entry entry) {
        tell("pipeline_load_start", List.of(entry.pipelineId()), Map.of("load_params", entry.loadParameters()));
    }

    @Override
    public void loaded(Entry entry, Duration took) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("load_duration_ms", took.toMillis());
        data.put("load_start_time_ms", clock.millis() - took.toMillis());
        data.put("load_params", entry.loadParameters());
        tell("pipeline_loaded", List.of(entry.pipelineId()), data);
    }

    @Override
    public void unloaded(Entry entry) {
        tell("pipeline_unloaded", List.of(entry.nodeId()), Map.of());
    }

    @Override
    public void failed(Entry entry, String reason) {
        tell("error", List.of(entry.pipelineId()), Map.of("error", error("pipeline_load_failed", reason, true)));
    }

    /** An offer that was refused. */
    public void offerFailed(Exception refusal) {
        Map<String, Object> data = new LinkedHashMap<>();
        String type = refusal.getClass().getSimpleName();
        data.put("error", error("webrtc_offer_failed", String.valueOf(refusal.getMessage()), type, true));
        data.put("phase", "offer_handling");
        tell("error", List.of(), data);
    }

    private void session(String type, String session, Known known, Map<String, Object> details) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("session_id", session);
        data.putAll(known.who);
        if (!type.equals("session_closed")) {
            data.put("mode", MODE);
        }
        data.putAll(details);
        tell(type, known.pipelines, data);
    }

    /** Time stamps are strings and empty keys are left out: the contract wants it so. */
    private void tell(String type, Collection<?> pipelines, Map<String, Object> details) {
        String id = UUID.randomUUID().toString();
        String now = Long.toString(clock.millis());
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("type", type);
        data.put("client_source", "scope");
        data.put("timestamp", now);
        put(data, "pipeline_ids", pipelines);
        details.forEach((key, value) -> put(data, key, value));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", id);
        body.put("type", "stream_trace");
        body.put("timestamp", now);
        body.put("data", data);
        sink.accept(new Event(id, body));
    }

    private static Map<String, Object> error(String type, String message, boolean recoverable) {
        return error(type, message, "PipelineException", recoverable);
    }

    private static Map<String, Object> error(String type, String message, String exceptionType, boolean recoverable) {
        return Map.of("error_type", type, "message", message, "exception_type", exceptionType, "recoverable", recoverable);
    }

    private static Map<String, Object> pick(Map<String, Object> data, String... keys) {
        Map<String, Object> picked = new LinkedHashMap<>();
        for (String key : keys) {
            put(picked, key, data.get(key));
        }
        return picked;
    }

    private static void put(Map<String, Object> data, String key, Object value) {
        boolean empty = value == null
                || value instanceof String text && text.isEmpty()
                || value instanceof Collection<?> list && list.isEmpty()
                || value instanceof Map<?, ?> map && map.isEmpty();
        if (!empty) {
            data.put(key, value);
        }
    }

    private static double tenth(double fps) {
        return Math.round(fps * 10) / 10.0;
    }
}
