package dev.caravan.processors.session;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Which keys of contract §2.6 mean something to the hub itself. */
final class ParameterKeys {

    /** Routes the rest of an update to one node of the chain. */
    static final String NODE_ID = "node_id";

    static final String INPUT_MODE = "input_mode";
    static final String PAUSED = "paused";
    static final String ACTIVE_SOURCE = "active_source";
    static final String OUTPUTS = "outputs";

    /** Used by one chunk and then forgotten. */
    static final Set<String> ONE_SHOTS = Set.of(
            "reset_cache", "lora_scales", "vace_ref_images", "first_frame_image", "last_frame_image", "images", "ctrl_input");

    /** Handled, or deliberately ignored, by the hub; no pipeline ever sees them. */
    static final Set<String> HUB_ONLY = Set.of(
            NODE_ID, PAUSED, ACTIVE_SOURCE, OUTPUTS, "join", "watch", "pipeline_ids", "graph", "produces_video", "produces_audio",
            "recording", "output_sinks", "input_source", "spout_sender", "spout_receiver", "_quantized", "quantize_mode",
            "lookahead_ms", "modulations", "beat_cache_reset_rate", "bpm", "beat_phase", "bar_position", "beat_count", "is_playing",
            "source_track_order");

    private ParameterKeys() {}

    /** The outputs a session asks for: a list of names, or names separated by commas. */
    static List<String> outputs(Map<String, Object> parameters) {
        return switch (parameters.get(OUTPUTS)) {
            case List<?> names -> names.stream().filter(String.class::isInstance).map(String.class::cast).toList();
            case String names -> Stream.of(names.split(",")).map(String::strip).filter(n -> !n.isEmpty()).toList();
            case null, default -> List.of();
        };
    }

    /** Roughly the characters of a JSON value, for bounds. */
    static long weight(Object json) {
        return switch (json) {
            case String text -> text.length() + 2;
            case Map<?, ?> map -> {
                long sum = 2;
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    sum += weight(entry.getKey()) + weight(entry.getValue()) + 2;
                }
                yield sum;
            }
            case List<?> list -> {
                long sum = 2;
                for (Object item : list) {
                    sum += weight(item) + 1;
                }
                yield sum;
            }
            case null, default -> 8;
        };
    }
}
