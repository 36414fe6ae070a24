package dev.caravan.security;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How many requests a second each caller may send: a bucket of tokens for each name, as many as come in one second, filled evenly. Bounded;
 * the name unheard of for longest is forgotten, and begins with a full bucket when it comes again. Thread-safe.
 */
public final class RequestRates {

    private static final int NAMES = 10_000;

    private final int perSecond;
    private final InstantSource clock;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

    private static final class Bucket {
        private double tokens;
        private Instant filled;

        Bucket(double tokens, Instant filled) {
            this.tokens = tokens;
            this.filled = filled;
        }
    }

    /** @param perSecond 0 for no limit */
    public RequestRates(int perSecond, InstantSource clock) {
        this.perSecond = perSecond;
        this.clock = clock;
    }

    /** What a caller may send in a second; 0 for no limit. */
    public int perSecond() {
        return perSecond;
    }

    /**
     * Takes one request of a caller.
     *
     * @return empty when it may go on; otherwise how long until the next one may
     */
    public Optional<Duration> take(String name) {
        if (perSecond == 0) {
            return Optional.empty();
        }
        synchronized (buckets) {
            Bucket bucket = filled(name);
            if (bucket.tokens >= 1) {
                bucket.tokens--;
                return Optional.empty();
            }
            return Optional.of(Duration.ofNanos((long) Math.ceil((1 - bucket.tokens) * 1e9 / perSecond)));
        }
    }

    /** Whether a caller has used up what it may, without taking anything. */
    public boolean exhausted(String name) {
        if (perSecond == 0) {
            return false;
        }
        synchronized (buckets) {
            return buckets.containsKey(name) && filled(name).tokens < 1;
        }
    }

    private Bucket filled(String name) {
        Instant now = clock.instant();
        Bucket bucket = buckets.get(name);
        if (bucket == null) {
            makeRoom();
            bucket = new Bucket(perSecond, now);
            buckets.put(name, bucket);
        } else if (now.isAfter(bucket.filled)) {
            Duration passed = Duration.between(bucket.filled, now);
            double seconds = passed.toSeconds() + passed.getNano() / 1e9;
            bucket.tokens = Math.min(perSecond, bucket.tokens + seconds * perSecond);
            bucket.filled = now;
        }
        return bucket;
    }

    private void makeRoom() {
        if (buckets.size() >= NAMES) {
            Iterator<String> eldest = buckets.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
    }
}
