package dev.caravan.inference.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * One entry of {@code GET /api/v1/pipelines/schemas}, exactly as clients read it, with the few facts the hub itself needs.
 *
 * @param json the whole entry (contract §4.2); not to be modified
 */
public record PipelineSchema(ObjectNode json) {

    public String id() {
        return json.get("id").asText();
    }

    /** {@code text} or {@code video}: the mode of a session that does not say. */
    public String defaultMode() {
        return json.get("default_mode").asText();
    }

    public List<String> supportedModes() {
        return strings("supported_modes");
    }

    /** Whether it runs before or after another pipeline of a chain, or is the main one. */
    public Role role() {
        List<String> usage = strings("usage");
        if (usage.contains("preprocessor")) {
            return Role.PREPROCESSOR;
        }
        return usage.contains("postprocessor") ? Role.POSTPROCESSOR : Role.MAIN;
    }

    private List<String> strings(String key) {
        List<String> out = new ArrayList<>();
        for (JsonNode item : json.withArray(key)) {
            out.add(item.asText());
        }
        return List.copyOf(out);
    }

    /** Place in a chain. */
    public enum Role {
        PREPROCESSOR,
        MAIN,
        POSTPROCESSOR
    }
}
