package dev.caravan.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.api.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A dashboard as Grafana keeps it. */
record Dashboard(JsonNode json) {

    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.+), (\\w+)\\)");

    /** What a person who chose nothing sees; the range is ten scrapes of the test. */
    private static final Map<String, String> CHOSEN = Map.of("$instance", ".*", "$pipeline", ".*", "$__rate_interval", "10s");

    /** A variable whose values are those of a label. */
    record Variable(String name, String query, String label) {}

    static Dashboard read(Path file) {
        try {
            return new Dashboard(Json.MAPPER.readTree(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without the titles of rows. */
    List<JsonNode> panels() {
        return json.at("/panels").valueStream().filter(panel -> !panel.at("/type").asText().equals("row")).toList();
    }

    List<String> rows() {
        return json.at("/panels").valueStream().filter(panel -> panel.at("/type").asText().equals("row"))
                .map(panel -> panel.at("/title").asText()).toList();
    }

    /** Everything that panels ask, variables filled in. */
    List<String> expressions() {
        return panels().stream().flatMap(panel -> panel.at("/targets").valueStream())
                .map(target -> filledIn(target.at("/expr").asText())).toList();
    }

    List<Variable> variables() {
        return json.at("/templating/list").valueStream()
                .filter(variable -> variable.at("/type").asText().equals("query"))
                .map(variable -> {
                    MatchResult query = Stream.of(variable.at("/query/query").asText()).map(LABEL_VALUES::matcher)
                            .filter(matcher -> matcher.matches()).findFirst()
                            .orElseThrow(() -> new AssertionError("not label_values: " + variable));
                    return new Variable(variable.at("/name").asText(), filledIn(query.group(1)), query.group(2));
                })
                .toList();
    }

    private static String filledIn(String expression) {
        String filled = expression;
        for (Map.Entry<String, String> variable : CHOSEN.entrySet()) {
            filled = filled.replace(variable.getKey(), variable.getValue());
        }
        if (filled.contains("$")) {
            throw new AssertionError("an unknown variable in " + filled);
        }
        return filled;
    }
}
