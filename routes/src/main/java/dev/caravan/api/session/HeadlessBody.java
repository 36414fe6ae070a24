package dev.caravan.api.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.api.ApiError;
import dev.caravan.api.Fields;
import dev.caravan.inference.pipeline.ParameterTable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The body of {@code POST /session/start}, checked.
 *
 * @param inputMode  {@code text} or {@code video}
 * @param graph      the graph the client drew, not looked at yet; it wins over the pipeline id
 * @param parameters everything the session starts with, input mode and prompts included
 */
public record HeadlessBody(
        Optional<String> pipelineId, Optional<JsonNode> graph, String inputMode, Map<String, Object> parameters) {

    /**
     * @throws ApiError                            400 for an input source of the hub's own machine
     * @throws dev.caravan.api.ValidationError when a field or a parameter is wrong, or neither pipeline nor graph is given
     */
    public static HeadlessBody parse(ObjectNode body) {
        Fields fields = Fields.ofBody(body);
        Optional<String> pipelineId = fields.text("pipeline_id").filter(id -> !id.isEmpty());
        Optional<JsonNode> graph = fields.object("graph").map(JsonNode.class::cast);
        String inputMode = fields.oneOf("input_mode", "text", "video").orElse("text");
        Map<String, Object> wanted = new LinkedHashMap<>(fields.map("parameters").orElse(Map.of()));
        fields.map("node_parameters").orElse(Map.of()).forEach((node, parameters) -> {
            if (parameters instanceof Map<?, ?> map) {
                map.forEach((name, value) -> wanted.put(String.valueOf(name), value));
            } else {
                fields.fault("dict_type", "Input should be a valid dictionary", parameters, "node_parameters", node);
            }
        });
        if (body.hasNonNull("prompts")) {
            wanted.put("prompts", Fields.toValue(body.get("prompts")));
        }
        wanted.put("input_mode", inputMode);
        ParameterTable.Checked checked = ParameterTable.check(wanted);
        fields.faults("parameters", checked.errors());
        if (pipelineId.isEmpty() && graph.isEmpty()) {
            fields.fault("value_error", "Value error, Either pipeline_id or graph must be provided", body);
        }
        Optional<ObjectNode> source = fields.object("input_source");
        fields.check();
        source.ifPresent(HeadlessBody::refuseSource);
        return new HeadlessBody(pipelineId, graph, inputMode, checked.accepted());
    }

    private static void refuseSource(ObjectNode source) {
        if (source.path("enabled").asBoolean()) {
            String type = source.path("source_type").asText("");
            throw ApiError.badRequest("Input source '" + type + "' is not available on this system.");
        }
    }
}
