package dev.caravan.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tokens the hub makes itself, to be handed on as links: a role, perhaps one session, and an end. Each is a JWT (RFC 7519) with HS256 and a
 * type of its own, so that no other token can be taken for one. Nothing is kept of them but the ids of those that were revoked. Thread-safe.
 */
public final class JoinTokens implements TokenVerifier {

    private static final String ISSUER = "caravan-hub";
    private static final JOSEObjectType TYPE = new JOSEObjectType("caravan-join+jwt");
    private static final String ROLE = "role";
    private static final String SESSION = "session";
    private static final int MAX_LENGTH = 2048;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{16}");
    private static final int ID_BYTES = 12;
    private static final int KEY_BYTES = 32;
    static final int MAX_REVOKED = 10_000;

    private final MACSigner signer;
    private final MACVerifier verifier;
    private final Duration longest;
    private final InstantSource clock;
    private final SecureRandom random;
    /** Ids, and when the last token of that id has ended by itself. Oldest first. */
    private final Map<String, Instant> revoked = new LinkedHashMap<>();

    /**
     * @param key     32 characters or more; a random one, known to this hub only, when empty
     * @param longest how long a token may be valid
     */
    JoinTokens(Optional<String> key, Duration longest, InstantSource clock, SecureRandom random) {
        byte[] secret = new byte[KEY_BYTES];
        random.nextBytes(secret);
        secret = key.map(text -> text.getBytes(StandardCharsets.UTF_8)).orElse(secret);
        try {
            signer = new MACSigner(secret);
            verifier = new MACVerifier(secret);
        } catch (JOSEException e) {
            throw new IllegalArgumentException("the key of join tokens is too short", e);
        }
        this.longest = longest;
        this.clock = clock;
        this.random = random;
    }

    /** How long one may be valid at most. */
    public Duration longest() {
        return longest;
    }

    /**
     * Makes a token.
     *
     * @param role     viewer or producer
     * @param session  the only session it opens; all when empty
     * @param lifetime at most {@link #longest}
     */
    public Issued issue(Role role, Optional<String> session, Duration lifetime) {
        if (!mayHave(role) || lifetime.compareTo(longest) > 0) {
            throw new IllegalArgumentException("no join token is made for " + role + " and " + lifetime);
        }
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        String id = Base64.getUrlEncoder().encodeToString(bytes);
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant expires = now.plus(lifetime);
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .jwtID(id)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(expires))
                .claim(ROLE, role.wireName());
        session.ifPresent(only -> claims.claim(SESSION, only));
        SignedJWT jwt = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.HS256).type(TYPE).build(), claims.build());
        try {
            jwt.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("a join token cannot be signed", e);
        }
        return new Issued(id, jwt.serialize(), role, session, expires);
    }

    @Override
    public Optional<Principal> verify(String token) {
        if (token.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            JWSHeader header = jwt.getHeader();
            // The algorithm is ours to choose, never the token's.
            if (!JWSAlgorithm.HS256.equals(header.getAlgorithm()) || !TYPE.equals(header.getType()) || !jwt.verify(verifier)) {
                return Optional.empty();
            }
            return principal(jwt.getJWTClaimsSet());
        } catch (ParseException | JOSEException | RuntimeException e) {
            return Optional.empty(); // hostile, or a token of another kind
        }
    }

    private Optional<Principal> principal(JWTClaimsSet claims) throws ParseException {
        Instant now = clock.instant();
        Date expires = claims.getExpirationTime();
        Date begins = claims.getNotBeforeTime();
        String id = claims.getJWTID();
        String role = claims.getStringClaim(ROLE);
        boolean valid = ISSUER.equals(claims.getIssuer())
                && id != null
                && ID.matcher(id).matches()
                && expires != null
                && now.isBefore(expires.toInstant())
                && (begins == null || !now.isBefore(begins.toInstant()))
                && !isRevoked(id);
        if (!valid) {
            return Optional.empty();
        }
        Optional<String> session = Optional.ofNullable(claims.getStringClaim(SESSION));
        return List.of(Role.VIEWER, Role.PRODUCER).stream()
                .filter(each -> each.wireName().equals(role))
                .findFirst()
                .map(found -> new Principal("join:" + id, found, session, Optional.of(expires.toInstant())));
    }

    /** Whether there are join tokens of that role. */
    public static boolean mayHave(Role role) {
        return role == Role.VIEWER || role == Role.PRODUCER;
    }

    /** Whether a text looks like the id of a token. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /**
     * Ends a token before its time, on this hub and until it stops.
     *
     * @return false when so many are revoked already that no more can be remembered: only another key helps
     */
    public boolean revoke(String id) {
        synchronized (revoked) {
            Instant now = clock.instant();
            revoked.values().removeIf(until -> !now.isBefore(until));
            if (revoked.size() >= MAX_REVOKED && !revoked.containsKey(id)) {
                return false;
            }
            // Whenever it was made, it ends by then.
            revoked.put(id, now.plus(longest));
            return true;
        }
    }

    private boolean isRevoked(String id) {
        synchronized (revoked) {
            return revoked.containsKey(id);
        }
    }

    /** A new token. @param id to revoke it by */
    public record Issued(String id, String token, Role role, Optional<String> session, Instant expires) {

        /** Without the token. */
        @Override
        public String toString() {
            return "join token " + id;
        }
    }
}
