package dev.caravan.bench;

import java.util.Locale;
import java.util.Optional;

/** What can be measured, by the letter it is asked for with. */
enum Part {
    A("glass-to-glass latency of passthrough, browser to hub to browser"),
    B("CPU of the hub per session and per frame"),
    C("sessions until one is shown less than 25 frames a second"),
    D("latency from a Kafka producer to a viewer"),
    E("time spent in the hub's own code per frame"),
    F("pixel-sized allocations per frame");

    private final String what;

    Part(String what) {
        this.what = what;
    }

    String letter() {
        return name().toLowerCase(Locale.ROOT);
    }

    String what() {
        return what;
    }

    static Optional<Part> of(String letter) {
        for (Part part : values()) {
            if (part.letter().equals(letter)) {
                return Optional.of(part);
            }
        }
        return Optional.empty();
    }
}
