package dev.caravan.api;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A path with placeholders: {@code {name}} is one segment, a last {@code {name*}} all that follows.
 *
 * <p>Values are read from the raw path and decoded once, after it was split, so an encoded slash stays inside its segment. They are
 * not taken from Camel headers: a client may send a header or a query parameter of the same name.
 */
record PathTemplate(String text) {

    /** The form that the router understands. */
    String routed() {
        return text.replaceFirst("\\{[^/}]+\\*}$", "*");
    }

    /** Name of the last placeholder when it stands for all that follows. */
    Optional<String> rest() {
        return text.endsWith("*}")
                ? Optional.of(text.substring(text.lastIndexOf('{') + 1, text.length() - 2))
                : Optional.empty();
    }

    /**
     * @param rawPath path of the request, still encoded
     * @throws ApiError 404 when a value cannot be decoded
     */
    Map<String, String> match(String rawPath) {
        List<String> names = List.of(text.split("/", -1));
        List<String> segments = List.of(rawPath.split("/", -1));
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (name.endsWith("*}")) {
                String rest = i < segments.size() ? String.join("/", segments.subList(i, segments.size())) : "";
                values.put(name.substring(1, name.length() - 2), decode(rest));
            } else if (name.startsWith("{") && i < segments.size()) {
                values.put(name.substring(1, name.length() - 1), decode(segments.get(i)));
            }
        }
        return Map.copyOf(values);
    }

    private static String decode(String raw) {
        try {
            // A plus sign is itself in a path; only forms use it for a space.
            return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ApiError.notFound("Not Found");
        }
    }
}
