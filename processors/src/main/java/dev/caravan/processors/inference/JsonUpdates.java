package dev.caravan.processors.inference;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** Reads a control out of a body that nobody has parsed yet. */
final class JsonUpdates {

    /** Bytes or characters; the longest honest control is a few kilobytes. */
    static final int MAX_LENGTH = 256 << 10;

    // Nothing but maps, lists, strings, numbers and booleans comes out of it: no type names are read.
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private JsonUpdates() {}

    /**
     * @return empty for a body that cannot hold JSON
     * @throws IllegalArgumentException when it could, but holds no JSON object
     */
    static Optional<Map<String, Object>> read(Object body) {
        return switch (body) {
            case Map<?, ?> map -> Optional.of(JSON.convertValue(map, OBJECT));
            case String text -> Optional.of(parse(text.length(), () -> JSON.readValue(text, OBJECT)));
            case byte[] bytes -> Optional.of(parse(bytes.length, () -> JSON.readValue(bytes, OBJECT)));
            default -> Optional.empty();
        };
    }

    private interface Parser {
        Map<String, Object> parse() throws IOException;
    }

    private static Map<String, Object> parse(int length, Parser parser) {
        if (length > MAX_LENGTH) {
            throw new IllegalArgumentException("a control may have " + MAX_LENGTH + " bytes; " + length + " given");
        }
        try {
            Map<String, Object> update = parser.parse();
            if (update == null) {
                throw new IllegalArgumentException("a control is a JSON object; null given");
            }
            return update;
        } catch (MismatchedInputException e) {
            // Its own message is about Java types.
            throw new IllegalArgumentException("a control is a JSON object; something else given", e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a control is a JSON object; " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("a control is a JSON object; it cannot be read", e);
        }
    }
}
