package dev.caravan.api.offer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.api.Fields;
import dev.caravan.api.Json;
import dev.caravan.inference.pipeline.ParameterTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The body of {@code POST /webrtc/offer}, checked.
 *
 * @param sdp         the offer, not looked at yet
 * @param parameters  initial parameters without those that only say which session this is about
 * @param pipelineIds the chain the client wants; empty for the one that is loaded
 * @param graph       the graph the client drew, not looked at yet
 * @param join        session to feed and to control
 * @param watch       session to watch
 * @param attributes  what events repeat: {@code user_id}, {@code connection_id}, {@code connection_info}
 */
public record OfferBody(
        String sdp,
        Map<String, Object> parameters,
        List<String> pipelineIds,
        Optional<JsonNode> graph,
        Optional<String> join,
        Optional<String> watch,
        Map<String, Object> attributes) {

    private static final int MAX_NAME = 256;
    private static final int MAX_INFO_BYTES = 8 * 1024;

    /** @throws dev.caravan.api.ValidationError when a field or an initial parameter is wrong */
    public static OfferBody parse(ObjectNode body) {
        Fields fields = Fields.ofBody(body);
        String sdp = fields.requireText("sdp");
        fields.oneOf("type", "offer");
        if (!body.hasNonNull("type")) {
            fields.requireText("type");
        }
        Map<String, Object> attributes = attributes(fields);
        ParameterTable.Checked checked = ParameterTable.check(fields.map("initialParameters").orElse(Map.of()));
        fields.faults("initialParameters", checked.errors());
        fields.check();

        Map<String, Object> all = checked.accepted();
        Map<String, Object> parameters = new LinkedHashMap<>(all);
        parameters.keySet().removeIf(ParameterTable::isOfferOnly);
        return new OfferBody(
                sdp,
                parameters,
                texts(all.get("pipeline_ids")),
                Optional.ofNullable(all.get("graph")).map(graph -> Json.MAPPER.valueToTree(graph)),
                text(all.get("join")),
                text(all.get("watch")),
                attributes);
    }

    private static Map<String, Object> attributes(Fields fields) {
        Map<String, Object> out = new LinkedHashMap<>();
        for (String name : List.of("user_id", "connection_id")) {
            Optional<String> value = fields.text(name);
            if (value.filter(text -> text.length() > MAX_NAME).isPresent()) {
                fields.fault("string_too_long", "String should have at most " + MAX_NAME + " characters", null, name);
            }
            value.ifPresent(text -> out.put(name, text));
        }
        fields.map("connection_info").ifPresent(info -> {
            if (Json.write(info).length > MAX_INFO_BYTES) {
                fields.fault("value_error", "Value should take at most " + MAX_INFO_BYTES + " bytes as JSON", null, "connection_info");
            }
            out.put("connection_info", info);
        });
        return out;
    }

    private static Optional<String> text(Object value) {
        return value instanceof String text ? Optional.of(text) : Optional.empty();
    }

    private static List<String> texts(Object value) {
        return value instanceof List<?> list ? list.stream().map(String::valueOf).toList() : List.of();
    }
}
