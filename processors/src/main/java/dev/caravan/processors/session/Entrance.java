package dev.caravan.processors.session;

import dev.caravan.inference.frame.Origin;
import java.util.Locale;

/** By which way frames come in. */
public enum Entrance {
    /** A browser's track. */
    WEBRTC("webrtc:"),
    /** A record of a topic. */
    KAFKA("kafka:"),
    /** A picture that was posted. */
    REST("rest"),
    /** Anything else that a route brings: files, cameras, queues. */
    ROUTE("");

    private static final Entrance[] ALL = values();

    private final String begin;
    private final String label = name().toLowerCase(Locale.ROOT);

    Entrance(String begin) {
        this.begin = begin;
    }

    /** As {@link Origin#source} tells. Costs nothing worth speaking of. */
    public static Entrance of(Origin origin) {
        String source = origin.source();
        for (Entrance entrance : ALL) {
            if (entrance == REST ? source.equals(REST.begin) : source.startsWith(entrance.begin)) {
                return entrance;
            }
        }
        return ROUTE;
    }

    /** The name in metrics: {@code webrtc}. */
    public String wireName() {
        return label;
    }
}
