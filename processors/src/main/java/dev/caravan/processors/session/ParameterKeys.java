package dev.caravan.processors.session;

import java.util.List;
import java.util.Map;

/** Keys of the parameter table that mean something to a session itself. */
final class ParameterKeys {

    /** Routes the rest of an update to one node of the chain. */
    static final String NODE_ID = "node_id";

    static final String INPUT_MODE = "input_mode";
    static final String PAUSED = "paused";
    static final String ACTIVE_SOURCE = "active_source";
    static final String OUTPUTS = "outputs";

    private ParameterKeys() {}

    /** A value that is text, or nothing. */
    static String text(Map<String, Object> parameters, String key) {
        return parameters.get(key) instanceof String text ? text : "";
    }

    /** A value that is a list of names, or none. */
    static List<String> names(Map<String, Object> parameters, String key) {
        return parameters.get(key) instanceof List<?> list ? list.stream().map(String::valueOf).toList() : List.of();
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
