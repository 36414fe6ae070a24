package dev.caravan.inference.frame;

import java.util.Map;

/**
 * Where a frame or a control came from.
 *
 * @param source  name of the source within its session, stable while the source lives: {@code webrtc:<peer id>},
 *                {@code kafka:caravan.frames.in}, {@code rest}, {@code pipeline:<id>}, or what a route says
 * @param details what is needed to answer or to dead-letter it later, for example topic, partition and offset of a Kafka record;
 *                empty for most
 */
public record Origin(String source, Map<String, Object> details) {

    public Origin {
        details = Map.copyOf(details);
    }

    public static Origin of(String source) {
        return new Origin(source, Map.of());
    }
}
