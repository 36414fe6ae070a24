package dev.caravan.jmx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.api.Fields;
import dev.caravan.api.Json;
import dev.caravan.api.ValidationError;
import dev.caravan.inference.pipeline.ParameterTable;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Words and JSON between beans and people. */
final class Texts {

    private Texts() {}

    /**
     * A JSON object as a map that may be changed; no text at all is an empty one.
     *
     * @throws IllegalArgumentException with one line when it is something else
     */
    static Map<String, Object> object(@Nullable String json) {
        if (json == null || json.isBlank()) {
            return new LinkedHashMap<>();
        }
        JsonNode node;
        try {
            node = Json.read(json.getBytes(StandardCharsets.UTF_8));
        } catch (ValidationError e) {
            throw new IllegalArgumentException("the parameters are no JSON: " + firstLine(e.getMessage()));
        }
        if (!(node instanceof ObjectNode object)) {
            throw new IllegalArgumentException("the parameters must be a JSON object, as in {\"noise_scale\": 0.7}");
        }
        return Fields.toMap(object);
    }

    static String json(Object value) {
        return new String(Json.write(value), StandardCharsets.UTF_8);
    }

    /** What the parameter table found wrong, as one line. */
    static String faults(List<ParameterTable.Error> errors) {
        return errors.stream()
                .map(error -> error.path().stream().map(String::valueOf).collect(Collectors.joining(".")) + ": " + error.msg())
                .collect(Collectors.joining("; "));
    }

    /** The prompts of a parameter set as one line: {@code a harbour + fog (0.3)}; empty when there are none. */
    static String prompt(Map<String, Object> parameters) {
        if (!(parameters.get("prompts") instanceof List<?> prompts)) {
            return "";
        }
        return prompts.stream().map(one -> prompt(one, prompts.size() > 1)).collect(Collectors.joining(" + "));
    }

    private static String prompt(Object one, boolean weighted) {
        if (!(one instanceof Map<?, ?> prompt)) {
            return String.valueOf(one);
        }
        String text = String.valueOf(prompt.get("text"));
        return weighted && prompt.get("weight") != null ? text + " (" + prompt.get("weight") + ")" : text;
    }

    static double oneDecimal(double value) {
        return Math.round(value * 10) / 10.0;
    }

    private static String firstLine(@Nullable String text) {
        return text == null ? "" : text.lines().findFirst().orElse("");
    }
}
