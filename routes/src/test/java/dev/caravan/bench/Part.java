package dev.caravan.bench;

import java.util.Locale;
import java.util.Optional;

/** What can be measured, by the letter or the word it is asked for with. */
enum Part {
    A("latency", "glass-to-glass latency of passthrough, browser to hub to browser"),
    B("cpu", "CPU of the hub per session and per frame"),
    C("sessions", "sessions until one is shown less than 25 frames a second"),
    D("kafka", "latency from a Kafka producer to a viewer"),
    E("own", "time spent in the hub's own code per frame"),
    F("allocations", "pixel-sized allocations per frame"),
    G("observed", "what metrics and traces add to a frame"),
    H("rest", "REST answers under 200 requests a second while four sessions stream"),
    I("guard", "what the guard adds to a request, and one scrape of the metrics");

    private final String word;
    private final String what;

    Part(String word, String what) {
        this.word = word;
        this.what = what;
    }

    String word() {
        return word;
    }

    String letter() {
        return name().toLowerCase(Locale.ROOT);
    }

    String what() {
        return what;
    }

    static Optional<Part> of(String name) {
        for (Part part : values()) {
            if (part.letter().equals(name) || part.word.equals(name)) {
                return Optional.of(part);
            }
        }
        return Optional.empty();
    }
}
