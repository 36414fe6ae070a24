package dev.caravan.jmx;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot that is taken anew when it has become old: a console asks for twenty attributes one by one, and they should be of one
 * moment. Thread-safe; two threads may take it at once, which harms nobody.
 */
final class Recent<T> {

    private static final Duration KEPT = Duration.ofMillis(100);

    private record Taken<T>(T value, Instant until) {}

    private final Supplier<T> source;
    private final InstantSource clock;
    private volatile @Nullable Taken<T> last;

    Recent(Supplier<T> source, InstantSource clock) {
        this.source = source;
        this.clock = clock;
    }

    T get() {
        Taken<T> known = last;
        Instant now = clock.instant();
        if (known != null && now.isBefore(known.until())) {
            return known.value();
        }
        T fresh = source.get();
        last = new Taken<>(fresh, now.plus(KEPT));
        return fresh;
    }

    /** Something was changed: the next one asked for is fresh. */
    void forget() {
        last = null;
    }
}
