package dev.caravan.processors;

import java.time.Instant;
import java.time.InstantSource;

/** Time as frames carry it. */
public final class EpochMicros {

    private EpochMicros() {}

    /** Microseconds since the Unix epoch. */
    public static long now(InstantSource clock) {
        Instant now = clock.instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
    }
}
