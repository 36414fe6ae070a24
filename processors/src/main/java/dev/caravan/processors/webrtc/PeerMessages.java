package dev.caravan.processors.webrtc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The JSON objects on a data channel: those of the hub and how those of a peer are read. */
final class PeerMessages {

    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
    private static final int MAX_NAMED_KEYS = 16;

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(32)
                            .maxNumberLength(64)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private PeerMessages() {}

    /** The JSON object in a text, or nothing when it is something else. */
    static Optional<Map<String, Object>> object(String text) {
        try {
            return Optional.ofNullable(JSON.readValue(text, OBJECT)); // null: the text "null"
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    static String streamStopped(Optional<String> error) {
        Map<String, Object> message = message("stream_stopped");
        error.ifPresent(text -> message.put("error_message", text));
        return write(message);
    }

    /** News that a client may ignore: its session goes on for so long at most. */
    static String hubStopping(Duration left) {
        Map<String, Object> message = message("hub_stopping");
        message.put("seconds", left.toSeconds());
        return write(message);
    }

    static String parametersUpdated(Object parameters) {
        Map<String, Object> message = message("parameters_updated");
        message.put("parameters", parameters);
        return write(message);
    }

    /** @param errors a list of objects with {@code key} and {@code msg} */
    static String parametersRejected(Object errors) {
        Map<String, Object> message = message("parameters_rejected");
        message.put("errors", errors);
        return write(message);
    }

    /** The answer to a control of a peer that only watches. */
    static String watcherRefused(Map<String, Object> update) {
        List<Map<String, String>> errors = update.keySet().stream()
                .limit(MAX_NAMED_KEYS)
                .map(key -> Map.of("key", key, "msg", "this peer watches; controls are refused"))
                .toList();
        return parametersRejected(errors);
    }

    private static Map<String, Object> message(String type) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("type", type);
        return message;
    }

    private static String write(Object message) {
        try {
            return JSON.writeValueAsString(message);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not writable as JSON: " + e.getOriginalMessage(), e);
        }
    }
}
