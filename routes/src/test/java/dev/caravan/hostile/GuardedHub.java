package dev.caravan.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.TestHub;
import dev.caravan.api.Json;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** A hub on all addresses with a token for each role, small limits, and routes that a user dropped. */
final class GuardedHub implements AutoCloseable {

    static final String OPERATOR = "hunter2-of-operators";
    static final String PRODUCER = "hunter2-of-producers";
    static final String VIEWER = "hunter2-of-viewers";
    static final String METRICS = "hunter2-of-monitoring";

    /** Whoever calls, in the order of what they may; nobody first. */
    static final List<String> CALLERS = List.of("", METRICS, VIEWER, PRODUCER, OPERATOR);

    private static final String ROUTES = """
            - route:
                id: shows
                from:
                  uri: platform-http:/shows
                  steps:
                    - setBody: {simple: "seen ${headers}"}
            - route:
                id: keeps
                from:
                  uri: platform-http:/keeps
                  steps:
                    - to: "file:%1$s/kept?fileName=meant.txt"
                    - setBody: {constant: kept}
            - route:
                id: reads-objects
                from:
                  uri: platform-http:/reads-objects
                  steps:
                    - convertBodyTo: {type: java.io.Serializable}
                    - setBody: {simple: "${body.getClass().getSimpleName()}"}
            - route:
                id: counts
                from:
                  uri: platform-http:/counts
                  steps:
                    - convertBodyTo: {type: java.lang.Integer}
            """;

    final TestHub hub;
    final Path data;

    /** @param data that stays until the test is over */
    GuardedHub(Path data) throws Exception {
        this.data = data;
        Files.writeString(Files.createDirectories(data.resolve("routes")).resolve("theirs.yaml"), ROUTES.formatted(data));
        hub = TestHub.startIn(
                data,
                "--host=0.0.0.0",
                "--token=" + OPERATOR,
                "--producer-token=" + PRODUCER,
                "--viewer-token=" + VIEWER,
                "--metrics-token=" + METRICS,
                "--max-frame-mb=1",
                "--max-asset-mb=1",
                "--max-sessions-each=4",
                "--request-rate=0");
        as(OPERATOR, "POST", "/api/v1/pipeline/load", "{\"pipeline_ids\":[\"passthrough\"]}");
        hub.running().hub().loader().awaitIdle(java.time.Duration.ofSeconds(30));
    }

    /** Every operation of the contract that this hub describes. */
    List<Operation> operations() {
        List<Operation> all = new ArrayList<>();
        json(as(OPERATOR, "GET", "/openapi.json", ""), 200).get("paths").properties().forEach(path ->
                path.getValue().fieldNames().forEachRemaining(method ->
                        all.add(new Operation(method.toUpperCase(Locale.ROOT), path.getKey()))));
        return all;
    }

    HttpResponse<String> as(String token, String method, String path, String body, String... headers) {
        return as(token, method, path, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body), headers);
    }

    HttpResponse<String> as(String token, String method, String path, BodyPublisher body, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        if (Stream.of(headers).noneMatch("Content-Type"::equals)) {
            all.addAll(List.of("Content-Type", "application/json"));
        }
        if (!token.isEmpty()) {
            all.addAll(List.of("Authorization", "Bearer " + token));
        }
        return hub.send(method, path, body, all.toArray(String[]::new));
    }

    /** The id of a new session. */
    String open(String token) {
        return json(as(token, "POST", "/api/v1/sessions", "{}"), 201).get("id").asText();
    }

    static JsonNode json(HttpResponse<String> answer, int status) {
        assertEquals(status, answer.statusCode(), () -> answer.request().method() + " " + answer.uri() + ": " + answer.body());
        return Json.read(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        hub.close();
    }

    /** @param path with its placeholders */
    record Operation(String method, String path) {

        boolean takesABody() {
            return Map.of("POST", true, "PUT", true, "PATCH", true).containsKey(method);
        }

        /** With this in place of the placeholders. */
        String with(String value) {
            return path.replaceAll("\\{[^}]*}", java.util.regex.Matcher.quoteReplacement(value));
        }
    }
}
