package dev.caravan.security;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** Slows down who guesses: after some wrong tries an address has to wait. Bounded; the address unheard of for longest is forgotten. Thread-safe. */
public final class FailedLogins {

    /** Wrong tries of one address within {@link #WINDOW}. */
    public static final int MOST = 10;

    /** Counted from the first wrong try on. */
    public static final Duration WINDOW = Duration.ofMinutes(1);

    private static final int ADDRESSES = 4096;

    private final InstantSource clock;
    private final Map<String, Tries> wrong = new LinkedHashMap<>();

    FailedLogins(InstantSource clock) {
        this.clock = clock;
    }

    /** Whether this address has to wait before it is listened to again. */
    public synchronized boolean mustWait(String address) {
        Tries tries = wrong.get(address);
        return tries != null && tries.count() >= MOST && clock.instant().isBefore(tries.until());
    }

    /** Notes a wrong try. */
    public synchronized void failed(String address) {
        Instant now = clock.instant();
        Tries before = wrong.remove(address);
        boolean counting = before != null && now.isBefore(before.until());
        if (wrong.size() >= ADDRESSES) {
            wrong.remove(wrong.keySet().iterator().next());
        }
        wrong.put(address, counting ? new Tries(before.count() + 1, before.until()) : new Tries(1, now.plus(WINDOW)));
    }

    private record Tries(int count, Instant until) {}
}
