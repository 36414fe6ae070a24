package dev.caravan.processors.kafka;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A record as it came: hostile, and kept whole for the dead-letter topic.
 *
 * @param timestampMs of the record, milliseconds since the Unix epoch
 * @param key         bytes, or null
 * @param value       bytes, or null
 * @param headers     all, in order
 */
record InRecord(
        String topic,
        int partition,
        long offset,
        long timestampMs,
        byte @Nullable [] key,
        byte @Nullable [] value,
        List<Header> headers) {

    private static final int KEY_LIMIT = 64;

    /** What a kafka: consumer put into the exchange. */
    static InRecord of(Exchange exchange) {
        Message message = exchange.getMessage();
        Headers headers = message.getHeader(KafkaConstants.HEADERS, Headers.class);
        return new InRecord(
                message.getHeader(KafkaConstants.TOPIC, String.class),
                message.getHeader(KafkaConstants.PARTITION, Integer.class),
                message.getHeader(KafkaConstants.OFFSET, Long.class),
                message.getHeader(KafkaConstants.TIMESTAMP, Long.class),
                message.getHeader(KafkaConstants.KEY, byte[].class),
                message.getBody(byte[].class),
                headers == null ? List.of() : copy(headers));
    }

    private static List<Header> copy(Headers headers) {
        List<Header> list = new ArrayList<>();
        headers.forEach(list::add);
        return List.copyOf(list);
    }

    /** The key when it may name a session: {@code [A-Za-z0-9._-]{1,64}}. */
    Optional<String> sessionId() {
        byte[] bytes = key;
        if (bytes == null || bytes.length == 0 || bytes.length > KEY_LIMIT) {
            return Optional.empty();
        }
        for (byte b : bytes) {
            boolean good = b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '.' || b == '_' || b == '-';
            if (!good) {
                return Optional.empty();
            }
        }
        return Optional.of(new String(bytes, StandardCharsets.US_ASCII));
    }

    /** The last header of that name, as text. */
    Optional<String> header(String name) {
        for (int i = headers.size() - 1; i >= 0; i--) {
            if (headers.get(i).key().equals(name) && headers.get(i).value() != null) {
                return Optional.of(new String(headers.get(i).value(), StandardCharsets.UTF_8));
            }
        }
        return Optional.empty();
    }

    /** What an origin tells about it. */
    Map<String, Object> details() {
        return Map.of("topic", topic, "partition", partition, "offset", offset);
    }
}
