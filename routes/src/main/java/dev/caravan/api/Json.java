package dev.caravan.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Map;

/** JSON as the contract speaks it: absent values are written as {@code null}, and hostile input is bounded. */
public final class Json {

    /** Shared and thread-safe. Not to be reconfigured. */
    public static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(64)
                            .maxNumberLength(100)
                            .maxStringLength(4 << 20)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    /** Writes maps, lists, records with public accessors, nodes, strings, numbers and nulls. */
    public static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot be written as JSON: " + value.getClass(), e);
        }
    }

    /**
     * Reads one JSON value.
     *
     * @throws ValidationError {@code json_invalid} when it is none, or one beyond the limits
     */
    public static JsonNode read(byte[] json) {
        try {
            JsonNode node = MAPPER.readTree(json);
            if (node.isMissingNode()) {
                throw ValidationError.body("missing", "Field required", null);
            }
            return node;
        } catch (JsonProcessingException e) {
            throw ValidationError.body("json_invalid", "JSON decode error: " + reason(e), Map.of(), offset(e));
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    /** The library's words without its classes and methods. */
    private static String reason(JsonProcessingException e) {
        return e instanceof MismatchedInputException
                ? "Extra data after the value"
                : e.getOriginalMessage().replaceAll(", from `[^`]*`", "");
    }

    private static long offset(JsonProcessingException e) {
        return e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset());
    }
}
