package dev.caravan.security;

import java.time.Instant;
import java.util.Optional;

/**
 * Somebody who calls. Immutable.
 *
 * @param name    for logs, limits and the audit: {@code local}, {@code token:producer}, {@code join:<id>}, {@code oidc:<subject>}
 * @param role    what they may do
 * @param session the only session they may touch, for join tokens bound to one
 * @param expires when they have to show a new token
 */
public record Principal(String name, Role role, Optional<String> session, Optional<Instant> expires) {

    /** Everybody, while the hub asks nobody who they are: on loopback without a token. */
    public static final Principal LOCAL = of("local", Role.OPERATOR);

    /** Who has not said who they are, where nobody has to: at the probes, for example. May do nothing that needs a role. */
    public static final Principal ANONYMOUS = of("anonymous", Role.METRICS);

    /** One without bounds but the role's. */
    public static Principal of(String name, Role role) {
        return new Principal(name, role, Optional.empty(), Optional.empty());
    }

    /** Whether they may do something that needs a role, with this session. */
    public boolean may(Role needed, String sessionId) {
        return role.covers(needed) && session.map(sessionId::equals).orElse(true);
    }
}
