package dev.caravan.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.inference.pipeline.Pipeline;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The list of {@code GET /nodes/definitions}: the built-in nodes, then every pipeline as a node with its schema. */
final class NodeDefinitions {

    private NodeDefinitions() {}

    static List<Map<String, Object>> of(List<Pipeline> pipelines) {
        List<Map<String, Object>> out = new ArrayList<>();
        out.add(scheduler());
        pipelines.forEach(pipeline -> out.add(pipeline(pipeline.schema().json())));
        return out;
    }

    private static Map<String, Object> pipeline(ObjectNode schema) {
        List<Map<String, Object>> inputs = new ArrayList<>();
        for (JsonNode port : schema.path("inputs")) {
            inputs.add(port(port.asText(), "video", port.asText().equals("video")));
        }
        if (schema.path("supports_prompts").asBoolean()) {
            inputs.add(port("prompts", "string", false));
        }
        List<Map<String, Object>> outputs = new ArrayList<>();
        for (JsonNode port : schema.path("outputs")) {
            outputs.add(port(port.asText(), "video", true));
        }
        Map<String, Object> out = node(
                schema.path("id").asText(), schema.path("name").asText(), "pipeline", schema.path("description").asText());
        out.put("inputs", inputs);
        out.put("outputs", outputs);
        out.put("params", List.of());
        out.put("continuous", false);
        out.put("pipeline_meta", schema);
        out.put("plugin_name", null);
        return out;
    }

    private static Map<String, Object> scheduler() {
        Map<String, Object> out = node("scheduler", "Scheduler", "timing", "Fires triggers at set times");
        out.put("inputs", List.of(port("start", "trigger", true), port("reset", "trigger", true)));
        out.put(
                "outputs",
                List.of(port("tick", "number", true), port("elapsed", "number", true), port("is_playing", "boolean", true)));
        out.put("params", List.of(
                param("triggers", "string", List.of(), "Times and the ports they fire", Map.of("widget", "trigger_list")),
                param("loop", "boolean", false, "Start again at the end", null),
                param("duration", "number", 30.0, "Length in seconds", Map.of("min", 0, "max", 3600, "step", 0.1))));
        out.put("continuous", true);
        out.put("pipeline_meta", null);
        out.put("plugin_name", null);
        return out;
    }

    private static Map<String, Object> node(String id, String name, String category, String description) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("node_type_id", id);
        out.put("display_name", name);
        out.put("category", category);
        out.put("description", description);
        return out;
    }

    private static Map<String, Object> port(String name, String type, boolean required) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", name);
        out.put("port_type", type);
        out.put("required", required);
        out.put("description", "");
        out.put("default_value", null);
        return out;
    }

    private static Map<String, Object> param(
            String name, String type, Object otherwise, String description, @Nullable Object ui) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", name);
        out.put("param_type", type);
        out.put("default", otherwise);
        out.put("description", description);
        out.put("ui", ui);
        out.put("convertible_to_input", true);
        return out;
    }
}
