package dev.caravan.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.stream.LongStream;

/** Upper ends of the buckets of histograms. Few: each is a series for every combination of labels. */
final class Buckets {

    private static final Duration[] LATENCY = millis(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000);
    /**
     * From a frame that is let through to a chunk of a large model on a processor. At 16 pictures a second chunks of 4 and 12 pictures play for
     * 250 and 750 ms: whether they are made in time is told exactly.
     */
    private static final Duration[] WORK =
            millis(1, 2, 5, 10, 20, 50, 100, 250, 500, 750, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000);

    private Buckets() {}

    /** A histogram of how long something takes that is meant to take milliseconds. */
    static Timer latency(MeterRegistry registry, String name, String help, String... tags) {
        return timer(registry, name, help, LATENCY, tags);
    }

    /** A histogram of how long work takes. */
    static Timer work(MeterRegistry registry, String name, String help, String... tags) {
        return timer(registry, name, help, WORK, tags);
    }

    private static Timer timer(MeterRegistry registry, String name, String help, Duration[] ends, String... tags) {
        return Timer.builder(name).description(help).serviceLevelObjectives(ends).tags(tags).register(registry);
    }

    private static Duration[] millis(long... ends) {
        return LongStream.of(ends).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }
}
