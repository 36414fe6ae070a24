package dev.caravan.inference.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One entry of {@code GET /api/v1/pipelines/schemas}, exactly as clients read it, with the few facts the hub itself needs.
 *
 * @param json the whole entry (contract §4.2); not to be modified
 */
public record PipelineSchema(ObjectNode json) {

    /** Added by the hub to the entry of a pipeline whose place another one takes. */
    public static final String STAND_IN = "stand_in";

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Reads the entry of a built-in pipeline from the class path: {@code schemas/<id>.json} beside this class.
     *
     * @throws IllegalArgumentException when there is none of that id, or it is not a JSON object
     */
    public static PipelineSchema load(String id) {
        try (InputStream in = PipelineSchema.class.getResourceAsStream("schemas/" + id + ".json")) {
            if (in == null) {
                throw new IllegalArgumentException("no schema of pipeline '" + id + "' on the class path");
            }
            if (JSON.readTree(in) instanceof ObjectNode object) {
                return new PipelineSchema(object);
            }
            throw new IllegalArgumentException("the schema of pipeline '" + id + "' is not a JSON object");
        } catch (IOException e) {
            throw new IllegalArgumentException("the schema of pipeline '" + id + "' cannot be read: " + e.getMessage(), e);
        }
    }

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

    /** The name shown to people. */
    public String name() {
        return json.path("name").asText(id());
    }

    /** The id of the pipeline that really runs when this one is asked for; empty for all but a stand-in. */
    public Optional<String> standIn() {
        return Optional.ofNullable(json.get(STAND_IN)).map(JsonNode::asText);
    }

    /** The default of a whole-number setting such as {@code height}, or {@code otherwise} when the schema names none. */
    public int defaultInt(String property, int otherwise) {
        return json.path("config_schema").path("properties").path(property).path("default").asInt(otherwise);
    }

    private List<String> strings(String key) {
        List<String> out = new ArrayList<>();
        for (JsonNode item : json.path(key)) {
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
