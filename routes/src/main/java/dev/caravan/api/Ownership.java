package dev.caravan.api;

import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionState;
import dev.caravan.processors.session.Sessions;
import dev.caravan.security.Principal;
import dev.caravan.security.Role;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whose a session is: the name of the principal that opened it, kept among its attributes. Events repeat it, for the audit; answers show
 * it to operators alone. A client cannot send it: attributes are taken by name.
 */
public final class Ownership {

    private static final String KEY = "principal";
    private static final Set<String> ENDING = Set.of(
            SessionState.wireName(SessionState.Closing.class), SessionState.wireName(SessionState.Closed.class));

    private Ownership() {}

    /** Attributes for a session that somebody opens. */
    public static Map<String, Object> of(Principal opener) {
        return of(opener, Map.of());
    }

    /** The same with what the client sent along. */
    public static Map<String, Object> of(Principal opener, Map<String, Object> attributes) {
        Map<String, Object> all = new LinkedHashMap<>(attributes);
        all.put(KEY, opener.name());
        return all;
    }

    /** Name of who opened it; empty for one that was opened by a frame or a route. */
    public static Optional<String> of(Session session) {
        return Optional.ofNullable(session.attributes().get(KEY)).map(String::valueOf);
    }

    /** How many sessions of somebody live. */
    public static long live(Sessions sessions, String name) {
        return sessions.all().stream()
                .filter(session -> of(session).filter(name::equals).isPresent())
                .filter(session -> !ENDING.contains(session.snapshot().state()))
                .count();
    }

    /** Whether it is theirs to end, and to invite others to. */
    public static boolean isOf(Principal caller, Session session) {
        return caller.role().covers(Role.OPERATOR) || of(session).filter(caller.name()::equals).isPresent();
    }

    /** @throws ApiError 403 when somebody else opened it and the caller is no operator */
    static void require(Session session, Principal caller) {
        if (!isOf(caller, session)) {
            throw new ApiError(403, "Session " + session.id() + " was opened by somebody else: that needs the role operator");
        }
    }
}
