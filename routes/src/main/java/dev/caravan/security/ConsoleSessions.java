package dev.caravan.security;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who is logged in at the console. A browser holds a random id that means nothing elsewhere, never the token; the hub holds the rest.
 * Bounded: above a number the oldest goes. Thread-safe.
 */
public final class ConsoleSessions {

    /** How long a login lasts at most. */
    public static final Duration LIFETIME = Duration.ofHours(12);

    static final int MOST = 256;
    private static final int ID_BYTES = 32;

    private final InstantSource clock;
    private final SecureRandom random;
    /** By the digest of the id: how long a look-up takes tells nothing of an id. */
    private final Map<String, Login> logins = new LinkedHashMap<>();

    ConsoleSessions(InstantSource clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    /** A new login, which ends with the token it was made with or after {@link #LIFETIME}. The id is always fresh. */
    public synchronized String open(Principal principal) {
        Instant now = clock.instant();
        logins.values().removeIf(login -> !now.isBefore(login.until()));
        if (logins.size() >= MOST) {
            logins.remove(logins.keySet().iterator().next());
        }
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Instant latest = now.plus(LIFETIME);
        logins.put(key(id), new Login(principal, principal.expires().filter(latest::isAfter).orElse(latest)));
        return id;
    }

    /** Who has this id; empty when nobody has (any more). */
    public synchronized Optional<Principal> find(String id) {
        Login login = logins.get(key(id));
        return login != null && clock.instant().isBefore(login.until()) ? Optional.of(login.principal()) : Optional.empty();
    }

    /** Ends a login. Harmless when there is none. */
    public synchronized void close(String id) {
        logins.remove(key(id));
    }

    private static String key(String id) {
        return HexFormat.of().formatHex(Digests.sha256(id));
    }

    private record Login(Principal principal, Instant until) {}
}
