package dev.caravan.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import dev.caravan.config.Settings;
import java.io.Closeable;
import java.io.IOException;
import java.security.Key;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JWTs of one OpenID provider. Its keys are fetched when first needed and kept; a provider that is away costs its tokens, never the hub.
 * Thread-safe; close it to end its threads.
 */
public final class OidcTokens implements TokenVerifier, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OidcTokens.class);

    /** More does not fit into a request's headers. */
    private static final int MOST_CHARACTERS = 8192;
    private static final int SKEW_SECONDS = 60;
    private static final Duration EXPLAINED_EVERY = Duration.ofMinutes(1);
    private static final Set<JOSEObjectType> TYPES =
            Set.of(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), new JOSEObjectType("application/at+jwt"));

    private final Settings.Oidc settings;
    private final Pace pace;
    private final InstantSource clock;
    private final OidcRoles roles;
    private final IssuerKeys issuer;
    private final JWKSource<SecurityContext> keys;
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    private final AtomicReference<Instant> explained = new AtomicReference<>(Instant.MIN);

    /**
     * @param call   how long a call to the provider may take
     * @param keep   how long its keys are used before it is asked again
     * @param again  the provider is asked twice in this time at most, whatever tokens name
     * @param outage how long its last keys are used while it is away
     */
    record Pace(Duration call, Duration keep, Duration again, Duration outage) {
        static final Pace USUAL =
                new Pace(Duration.ofSeconds(5), Duration.ofMinutes(10), Duration.ofSeconds(10), Duration.ofHours(6));
    }

    /** Begins to fetch the provider's keys and returns at once. */
    public static OidcTokens of(Settings.Oidc settings, InstantSource clock) {
        OidcTokens tokens = new OidcTokens(settings, Pace.USUAL, clock);
        Thread.ofVirtual().name("oidc-keys").start(tokens::warmUp);
        return tokens;
    }

    OidcTokens(Settings.Oidc settings, Pace pace, InstantSource clock) {
        this.settings = settings;
        this.pace = pace;
        this.clock = clock;
        this.roles = new OidcRoles(settings);
        this.issuer = new IssuerKeys(settings, new IssuerWeb(pace.call()), clock);
        long waitForOther = pace.call().multipliedBy(2).toMillis();
        this.keys = JWKSourceBuilder.create(issuer)
                .cache(pace.keep().toMillis(), waitForOther)
                // Asked for in the background before they are too old, while tokens come in.
                .refreshAheadCache(pace.keep().dividedBy(4).toMillis(), false)
                .rateLimited(pace.again().toMillis())
                .outageTolerant(pace.outage().toMillis())
                .build();
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(withNull(TYPES)));
        processor.setJWSVerifierFactory(new JwsSignatures());
        processor.setJWSKeySelector((header, context) -> fitting(header));
        processor.setJWTClaimsSetVerifier(claims());
    }

    /** {@inheritDoc} A role is needed too: a token that gives none is as good as none. */
    @Override
    public Optional<Principal> verify(String token) {
        return ours(token).flatMap(this::checked);
    }

    @Override
    public boolean mayBlock(String token) {
        return ours(token)
                .map(jwt -> !issuer.has(JWKMatcher.forJWSHeader(jwt.getHeader()), pace.keep().multipliedBy(9).dividedBy(10)))
                .orElse(false);
    }

    /** What says of itself that it is one of the provider's. */
    private Optional<SignedJWT> ours(String token) {
        if (token.length() > MOST_CHARACTERS || !token.startsWith("ey")) {
            return Optional.empty();
        }
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            JWSHeader header = jwt.getHeader();
            // No extension is known here, and one that is critical may not be passed over (RFC 7515 §4.1.11).
            boolean usable = JwsSignatures.ALGORITHMS.contains(header.getAlgorithm())
                    && (header.getCriticalParams() == null || header.getCriticalParams().isEmpty());
            String says = jwt.getJWTClaimsSet().getIssuer();
            return usable && settings.issuer().toString().equals(says) ? Optional.of(jwt) : Optional.empty();
        } catch (ParseException | RuntimeException e) {
            // Whatever a hostile text does to a parser, it is no token.
            return Optional.empty();
        }
    }

    private Optional<Principal> checked(SignedJWT jwt) {
        try {
            JWTClaimsSet claims = processor.process(jwt, null);
            Optional<Role> role = roles.of(claims.getClaims());
            if (role.isEmpty()) {
                explain("it names no role of this hub in '" + settings.rolesClaim() + "'");
            }
            return role.map(found -> new Principal(
                    SubjectName.of("oidc:", claims.getSubject()),
                    found,
                    Optional.empty(),
                    Optional.of(claims.getExpirationTime().toInstant())));
        } catch (ExpiredJWTException e) {
            return Optional.empty();
        } catch (BadJWTException e) {
            explain(SubjectName.clean(e.getMessage()));
            return Optional.empty();
        } catch (BadJOSEException | JOSEException | RuntimeException e) {
            LOG.debug("a token was refused: {}", e.getClass().getSimpleName());
            return Optional.empty();
        }
    }

    /** Tokens that are the provider's and still do not open are mostly a setting; one line a minute tells which. */
    private void explain(String why) {
        Instant now = clock.instant();
        Instant last = explained.get();
        if (Duration.between(last, now).compareTo(EXPLAINED_EVERY) >= 0 && explained.compareAndSet(last, now)) {
            LOG.warn("A token of the OpenID issuer {} was refused: {}", IssuerWeb.shown(settings.issuer()), why);
        }
    }

    private List<Key> fitting(JWSHeader header) throws KeySourceException {
        return keys.get(new JWKSelector(JWKMatcher.forJWSHeader(header)), null).stream()
                .flatMap(key -> JwsSignatures.publicKey(key).stream())
                .map(Key.class::cast)
                .toList();
    }

    private DefaultJWTClaimsVerifier<SecurityContext> claims() {
        DefaultJWTClaimsVerifier<SecurityContext> verifier =
                new DefaultJWTClaimsVerifier<>(
                        // Sets that are asked whether null is in them.
                        Collections.singleton(settings.audience()),
                        new JWTClaimsSet.Builder().issuer(settings.issuer().toString()).build(),
                        Set.of("sub", "exp"),
                        Collections.emptySet()) {
                    @Override
                    protected Date currentTime() {
                        return Date.from(clock.instant());
                    }
                };
        verifier.setMaxClockSkew(SKEW_SECONDS);
        return verifier;
    }

    private void warmUp() {
        try {
            keys.get(new JWKSelector(new JWKMatcher.Builder().build()), null);
        } catch (KeySourceException e) {
            // Told by IssuerKeys; asked again with the first token.
        }
    }

    /** The type may be missing, which the library writes as null among the types. */
    private static Set<JOSEObjectType> withNull(Set<JOSEObjectType> types) {
        Set<JOSEObjectType> all = new HashSet<>(types);
        all.add(null);
        return all;
    }

    @Override
    public void close() {
        try {
            if (keys instanceof Closeable threads) {
                threads.close();
            }
        } catch (IOException e) {
            LOG.debug("the keys of the OpenID issuer did not close cleanly", e);
        }
    }
}
