package dev.caravan.processors.session;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.pipeline.ParameterTable;
import dev.caravan.inference.pipeline.Refusal;
import dev.caravan.processors.session.SessionEvent.Type;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes the events of one session: the one place that knows the keys of {@link SessionEvent.Type}. Thread-safe. */
final class SessionEvents {

    private final String sessionId;
    private final Map<String, Object> attributes;
    private final Map<String, Object> provenance;
    private final Timing timing;
    private final FanOut output;

    /**
     * @param attributes what the client sent along; repeated in events of the life cycle
     * @param provenance what made the pictures: model, seed
     */
    SessionEvents(
            String sessionId, Map<String, Object> attributes, Map<String, Object> provenance, Timing timing, FanOut output) {
        this.sessionId = sessionId;
        this.attributes = attributes;
        this.provenance = provenance;
        this.timing = timing;
        this.output = output;
    }

    void state(String from, String to, String reason, List<String> pipelines) {
        Map<String, Object> data = withAttributes();
        data.put("from", from);
        data.put("to", to);
        data.put("reason", reason);
        data.put("pipeline_ids", pipelines);
        publish(Type.STATE, data);
    }

    void applied(ControlLog.Entry entry, long chunk) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("offset", entry.offset());
        data.put("door", door(entry.door()));
        data.put("chunk", chunk);
        data.put("keys", List.copyOf(entry.update().keySet()));
        data.put("parameters", entry.update());
        data.putAll(provenance);
        publish(Type.APPLIED, data);
    }

    void rejected(Control control, List<ParameterTable.Error> errors) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("door", door(control.door()));
        data.put("source", control.origin().source());
        data.put("errors", errors.stream().map(e -> Map.of("key", e.key(), "msg", e.msg())).toList());
        publish(Type.REJECTED, data);
    }

    /**
     * A chunk was made without parameters that had been accepted.
     *
     * @param source {@code pipeline:} and the node that made it
     */
    void refused(String source, List<Refusal> refusals) {
        Map<String, Object> data = mutable("source", source);
        data.put("errors", refusals.stream().map(r -> Map.of("key", r.key(), "msg", r.message())).toList());
        publish(Type.REJECTED, data);
    }

    void parametersUpdated(Map<String, Object> parameters) {
        publish(Type.PARAMETERS_UPDATED, mutable("parameters", parameters));
    }

    void chunk(long chunk, long chunks, long framesIn, long framesOut, double milliseconds, long offset) {
        Map<String, Object> data = mutable("chunk", chunk);
        data.put("chunks", chunks);
        data.put("frames_in", framesIn);
        data.put("frames_out", framesOut);
        data.put("duration_ms", milliseconds);
        data.put("control_offset", offset);
        publish(Type.CHUNK, data);
    }

    void playbackReady(long milliseconds) {
        Map<String, Object> data = withAttributes();
        data.put("ttff_ms", milliseconds);
        publish(Type.PLAYBACK_READY, data);
    }

    void frameRejected(Frame frame, String reason) {
        Map<String, Object> data = mutable("source", frame.origin().source());
        data.put("sequence", frame.sequence());
        data.put("reason", reason);
        publish(Type.FRAME_REJECTED, data);
        output.publish(new FrameRejected(frame, reason));
    }

    void error(String message, boolean fatal, long suppressed) {
        Map<String, Object> data = withAttributes();
        data.put("message", message);
        data.put("fatal", fatal);
        if (suppressed > 0) {
            data.put("suppressed", suppressed);
        }
        publish(Type.ERROR, data);
    }

    void streamStopped(String reason, Optional<String> error, long framesIn, long framesOut) {
        Map<String, Object> data = withAttributes();
        data.put("reason", reason);
        data.put("frames_in", framesIn);
        data.put("frames_out", framesOut);
        error.ifPresent(text -> data.put("error_message", text));
        publish(Type.STREAM_STOPPED, data);
    }

    private void publish(Type type, Map<String, Object> data) {
        output.publish(new SessionEvent(sessionId, type, timing.epochMillis(), Collections.unmodifiableMap(data)));
    }

    private Map<String, Object> withAttributes() {
        return new LinkedHashMap<>(attributes);
    }

    private static Map<String, Object> mutable(String key, Object value) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put(key, value);
        return data;
    }

    private static String door(Control.Door door) {
        return door.wireName();
    }
}
