package dev.caravan.inference.pipeline;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How updates add up between two chunks, and what is left of them afterwards. Works on accepted values only. */
final class ParameterMerge {

    private static final List<Double> NO_MOVE = List.of(0.0, 0.0);

    private ParameterMerge() {}

    static Map<String, Object> merge(Map<String, Object> current, Map<String, Object> update) {
        Map<String, Object> out = new LinkedHashMap<>(current);
        update.forEach((key, value) -> {
            Object merged = switch (key) {
                // A wish to reset stays until a chunk fulfils it, whatever the slider moves after it say.
                case "reset_cache" -> Boolean.TRUE.equals(current.get(key)) || Boolean.TRUE.equals(value);
                case "lora_scales" -> byPath(list(current.get(key)), list(value));
                case "ctrl_input" -> input(object(current.get(key)), object(value));
                default -> value;
            };
            out.remove(key); // so that the order tells which unknown key was set longest ago
            out.put(key, merged);
        });
        if (update.containsKey("transition")) {
            // It starts from what is shown, so prompts that come along only matter when there are none yet.
            if (current.containsKey("prompts")) {
                out.put("prompts", current.get("prompts"));
            }
        } else if (update.containsKey("prompts")) {
            out.remove("transition");
        }
        forgetOldestUnknown(out);
        return Collections.unmodifiableMap(out);
    }

    static Map<String, Object> afterChunk(Map<String, Object> current) {
        Map<String, Object> out = new LinkedHashMap<>(current);
        out.keySet().removeIf(ParameterTable::isOneShot);
        if (out.remove("transition") instanceof Map<?, ?> transition) {
            out.put("prompts", transition.get("target_prompts"));
        }
        if (object(current.get("ctrl_input")).get("button") instanceof List<?> held && !held.isEmpty()) {
            out.put("ctrl_input", Map.of("button", held, "mouse", NO_MOVE));
        }
        return Collections.unmodifiableMap(out);
    }

    /** Anybody may invent keys; a session keeps the newest {@value ParameterTable#MAX_KEYS} of them. */
    private static void forgetOldestUnknown(Map<String, Object> parameters) {
        long surplus = parameters.keySet().stream().filter(key -> !ParameterTable.isKnown(key)).count() - ParameterTable.MAX_KEYS;
        for (Iterator<String> keys = parameters.keySet().iterator(); surplus > 0 && keys.hasNext(); ) {
            if (!ParameterTable.isKnown(keys.next())) {
                keys.remove();
                surplus--;
            }
        }
    }

    /** Scales of different adapters do not replace each other. */
    private static List<Object> byPath(List<?> before, List<?> after) {
        Map<Object, Object> byPath = new LinkedHashMap<>();
        for (Object scale : before) {
            byPath.put(object(scale).get("path"), scale);
        }
        for (Object scale : after) {
            byPath.remove(object(scale).get("path"));
            byPath.put(object(scale).get("path"), scale);
        }
        int surplus = Math.max(0, byPath.size() - ParameterTable.MAX_SCALES);
        return byPath.values().stream().skip(surplus).toList();
    }

    /** Buttons are the latest set; mouse moves add up until a chunk uses them. */
    private static Map<String, Object> input(Map<?, ?> before, Map<?, ?> after) {
        Object buttons = after.containsKey("button") ? after.get("button") : before.get("button");
        List<Double> moved = new ArrayList<>();
        for (int axis = 0; axis < 2; axis++) {
            moved.add(Math.clamp(move(before, axis) + move(after, axis), -ParameterTable.MAX_MOVE, ParameterTable.MAX_MOVE));
        }
        return Map.of("button", list(buttons), "mouse", List.copyOf(moved));
    }

    private static double move(Map<?, ?> input, int axis) {
        return input.get("mouse") instanceof List<?> mouse && mouse.get(axis) instanceof Number n ? n.doubleValue() : 0;
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    private static Map<?, ?> object(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }
}
