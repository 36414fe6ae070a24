package dev.caravan.processors.kafka;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the value of a control record: one JSON object, not large and not deep. */
final class ControlJson {

    static final int LIMIT = 64 << 10;

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(32)
                            .maxNumberLength(64)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private ControlJson() {}

    static Map<String, Object> read(byte @Nullable [] value) throws BadRecordException {
        if (value == null) {
            throw new BadRecordException("the control is empty; send a JSON object");
        }
        if (value.length > LIMIT) {
            throw new BadRecordException("a control takes at most " + LIMIT + " bytes; " + value.length + " given");
        }
        try {
            Map<String, Object> update = MAPPER.readValue(value, OBJECT);
            if (update == null) {
                throw new BadRecordException("the control is null; send a JSON object");
            }
            return update;
        } catch (StreamReadException e) {
            throw new BadRecordException("the control is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new BadRecordException("the control is not a JSON object; send one like {\"prompts\": [{\"text\": \"...\"}]}");
        }
    }
}
