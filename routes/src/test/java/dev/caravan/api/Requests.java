package dev.caravan.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.security.Principal;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Requests as operations get them. JSON may be written with single quotes. */
final class Requests {

    private Requests() {}

    static Request json(String body) {
        return json(body, Map.of());
    }

    static Request json(String body, Map<String, String> paths) {
        return new Request(
                "POST",
                "/",
                paths,
                Map.of(),
                Map.of("content-type", "application/json"),
                body.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
                Principal.LOCAL);
    }

    /** @param query names and values in turn */
    static Request get(String... query) {
        return get(Map.of(), query);
    }

    static Request get(Map<String, String> paths, String... query) {
        Map<String, List<String>> queries = new LinkedHashMap<>();
        for (int i = 0; i < query.length; i += 2) {
            queries.put(query[i], List.of(query[i + 1]));
        }
        return new Request("GET", "/", paths, queries, Map.of(), new byte[0], Principal.LOCAL);
    }

    /** The JSON of a reply. */
    static JsonNode body(Reply reply) {
        return Json.read(((Reply.Bytes) reply.body()).bytes());
    }
}
