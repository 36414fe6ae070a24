package dev.caravan.processors.session;

import dev.caravan.inference.frame.Frame;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts frames that were not used, by cause. Thread-safe. */
public final class Drops {

    /** Why; the lower-case name appears in snapshots and metrics. */
    public enum Cause {
        /** The input was full, or a newer frame had arrived by the time a chunk could take it. */
        OVERFLOW,
        /** Passed over when a chunk took an even sample. */
        SAMPLED_OUT,
        /** From a source that is not the active one. */
        INACTIVE_SOURCE,
        /** From one source more than a session may have. */
        TOO_MANY_SOURCES,
        /** The session is paused. */
        PAUSED,
        /** The session generates freely and takes no input. */
        TEXT_MODE,
        /** The session is ending. */
        CLOSING,
        /** The hub and its routes hold as many bytes of this session as they may. */
        MEMORY,
        /** Not a picture. */
        UNDECODABLE,
        /** Input of a chunk that failed. */
        CHUNK_FAILED,
        /** Between two nodes of a chain. */
        CHAIN_OVERFLOW,
        /** Generated faster than it is played out. */
        PLAYOUT_OVERFLOW,
        /** Generated, but a subscriber had not yet taken the frames before it. */
        SLOW_SUBSCRIBER;

        /** The name in snapshots and metrics: {@code sampled_out}. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final EnumMap<Cause, LongAdder> counts = new EnumMap<>(Cause.class);

    private final SessionObserver.OfOne observer;
    private final SessionTracer.OfOne tracer;

    /** Tells nobody. */
    Drops() {
        this(SessionObserver.OfOne.NONE, SessionTracer.OfOne.NONE);
    }

    /** @param observer told of each @param tracer also which it was */
    Drops(SessionObserver.OfOne observer, SessionTracer.OfOne tracer) {
        this.observer = observer;
        this.tracer = tracer;
        for (Cause cause : Cause.values()) {
            counts.put(cause, new LongAdder());
        }
    }

    void count(Cause cause, long frames) {
        if (frames > 0) {
            counts.get(cause).add(frames);
            observer.dropped(cause, frames);
        }
    }

    void count(Cause cause) {
        counts.get(cause).increment();
        observer.dropped(cause, 1);
    }

    void count(Cause cause, Frame frame) {
        count(cause);
        tracer.dropped(cause, frame);
    }

    long of(Cause cause) {
        return counts.get(cause).sum();
    }

    /** The causes that happened. */
    Map<String, Long> snapshot() {
        Map<String, Long> seen = new LinkedHashMap<>();
        counts.forEach((cause, count) -> {
            if (count.sum() > 0) {
                seen.put(cause.wireName(), count.sum());
            }
        });
        return Map.copyOf(seen);
    }
}
