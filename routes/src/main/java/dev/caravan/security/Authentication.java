package dev.caravan.security;

import dev.caravan.config.Secret;
import dev.caravan.config.Settings;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Everything that can tell who calls: the kinds of tokens, in the order they are asked, and the console's logins. Thread-safe. */
public final class Authentication {

    /** Of one address: more than a page that was left open with an old token sends. */
    private static final int FAILURES_PER_SECOND = 50;

    private final boolean guarded;
    private final List<TokenVerifier> verifiers;
    private final JoinTokens joinTokens;
    private final ConsoleSessions consoles;
    private final FailedLogins failedLogins;
    private final RequestRates requests;
    private final RequestRates failures;

    private Authentication(
            boolean guarded,
            int perSecond,
            List<TokenVerifier> verifiers,
            JoinTokens joinTokens,
            InstantSource clock,
            SecureRandom random) {
        this.guarded = guarded;
        this.verifiers = verifiers;
        this.joinTokens = joinTokens;
        consoles = new ConsoleSessions(clock, random);
        failedLogins = new FailedLogins(clock);
        // Nobody is known on a hub that asks nobody who they are, so nobody takes too much.
        requests = new RequestRates(guarded ? perSecond : 0, clock);
        failures = new RequestRates(guarded ? FAILURES_PER_SECOND : 0, clock);
    }

    /** @param others further kinds of tokens, asked after those of the hub itself */
    public static Authentication of(Settings.Security settings, InstantSource clock, TokenVerifier... others) {
        SecureRandom random = new SecureRandom();
        JoinTokens join = new JoinTokens(settings.joinTokenKey().map(Secret::value), settings.joinTokenMax(), clock, random);
        List<TokenVerifier> all = Stream.concat(Stream.of(new StaticTokens(settings), join), Stream.of(others)).toList();
        return new Authentication(settings.guarded(), settings.perPrincipal().requests(), all, join, clock, random);
    }

    /** Whether callers have to say who they are. */
    public boolean guarded() {
        return guarded;
    }

    /** Whether {@link #verify} may have to fetch something for this token, so that it must not be called on an event loop. */
    public boolean mayBlock(String token) {
        return verifiers.stream().anyMatch(verifier -> verifier.mayBlock(token));
    }

    /** Who a token belongs to; empty when nobody knows it. */
    public Optional<Principal> verify(String token) {
        return verifiers.stream().flatMap(verifier -> verifier.verify(token).stream()).findFirst();
    }

    public JoinTokens joinTokens() {
        return joinTokens;
    }

    public ConsoleSessions consoles() {
        return consoles;
    }

    public FailedLogins failedLogins() {
        return failedLogins;
    }

    /** What each principal may send, by its name. */
    public RequestRates requests() {
        return requests;
    }

    /** How many wrong tokens of each address are looked at. */
    public RequestRates failures() {
        return failures;
    }
}
