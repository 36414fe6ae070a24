package dev.caravan.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.inference.frame.Origin;
import dev.caravan.processors.TraceContext;
import dev.caravan.security.Principal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One HTTP request, decoded and bounded, with nothing of the transport left in it.
 *
 * @param method  upper case
 * @param path    as the client wrote it, without the query
 * @param paths   values of the path's {@code {placeholders}}, percent-decoded once
 * @param queries values of the query string by name, in order
 * @param headers first value of each header; keys in lower case
 * @param body    raw bytes; empty when there is no body. Not to be modified
 * @param caller  who asks, as the guard found out
 */
public record Request(
        String method,
        String path,
        Map<String, String> paths,
        Map<String, List<String>> queries,
        Map<String, String> headers,
        byte[] body,
        Principal caller) {

    private static final Origin REST = Origin.of("rest");

    /** Value of a placeholder of the operation's path. */
    public String path(String name) {
        String value = paths.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the operation's path has no {" + name + "}");
        }
        return value;
    }

    /** First value of a query parameter. */
    public Optional<String> query(String name) {
        return Optional.ofNullable(queries.get(name)).map(List::getFirst);
    }

    /** A query parameter the operation cannot do without: 422 when it is absent. */
    public String requireQuery(String name) {
        return query(name).orElseThrow(() -> ValidationError.query(name, "missing", "Field required", null));
    }

    /** A whole number from the query, {@code otherwise} when absent; 422 when it is none or out of range. */
    public long queryNumber(String name, long min, long max, long otherwise) {
        Optional<String> text = query(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        long value;
        try {
            value = Long.parseLong(text.get());
        } catch (NumberFormatException e) {
            throw ValidationError.query(
                    name,
                    "int_parsing",
                    "Input should be a valid integer, unable to parse string as an integer",
                    text.get());
        }
        if (value < min) {
            throw ValidationError.query(
                    name, "greater_than_equal", "Input should be greater than or equal to " + min, text.get());
        }
        if (value > max) {
            throw ValidationError.query(name, "less_than_equal", "Input should be less than or equal to " + max, text.get());
        }
        return value;
    }

    /** A header; the name in any case. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /** Where a control or frame in it comes from: carries the trace that the caller follows, where there is one. */
    public Origin origin() {
        return header(TraceContext.HEADER).flatMap(TraceContext::read).map(context -> context.on(REST)).orElse(REST);
    }

    /** Media type of the body without its parameters, in lower case; empty when the client did not say. */
    public Optional<String> contentType() {
        return header("content-type").map(t -> t.split(";", 2)[0].strip().toLowerCase(Locale.ROOT));
    }

    /** Whether there is a body at all. */
    public boolean hasBody() {
        return body.length > 0;
    }

    /**
     * The body as JSON.
     *
     * @throws ApiError        415 when the client says it is something else
     * @throws ValidationError when it is absent or not JSON
     */
    public JsonNode requireJson() {
        String type = contentType().orElse("application/json");
        if (!type.equals("application/json") && !type.endsWith("+json")) {
            throw new ApiError(415, "Unsupported content type '" + type + "': send application/json");
        }
        if (!hasBody()) {
            throw ValidationError.body("missing", "Field required", null);
        }
        return Json.read(body);
    }

    /** The body as a JSON object: 422 when it is anything else. */
    public ObjectNode requireObject() {
        JsonNode json = requireJson();
        if (json instanceof ObjectNode object) {
            return object;
        }
        throw ValidationError.body("model_attributes_type", "Input should be a valid dictionary or object", json);
    }
}
