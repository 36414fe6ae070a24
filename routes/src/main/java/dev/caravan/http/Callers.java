package dev.caravan.http;

import dev.caravan.security.Principal;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.User;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Carries who calls from the guard to the handlers: as the user of the router's context, which Camel's HTTP consumer hands on as a header
 * of its own. Clients cannot send that header; the component's filter keeps it out.
 */
public final class Callers {

    private static final String PRINCIPAL = "principal";

    private Callers() {}

    static void set(RoutingContext context, Principal principal) {
        context.setUser(User.create(new JsonObject().put("username", principal.name()), new JsonObject().put(PRINCIPAL, principal)));
    }

    /** Who the guard found out; empty before it, and behind it for who did not have to say. */
    public static Optional<Principal> find(RoutingContext context) {
        return find(context.user());
    }

    /** The same for a handler behind the guard: nobody in particular when it let in who did not say. */
    public static Principal of(RoutingContext context) {
        return of(context.user());
    }

    /** @param user what Camel's header of the authenticated user holds */
    public static Principal of(@Nullable Object user) {
        return find(user).orElse(Principal.ANONYMOUS);
    }

    private static Optional<Principal> find(@Nullable Object user) {
        return user instanceof User known && known.attributes().getValue(PRINCIPAL) instanceof Principal principal
                ? Optional.of(principal)
                : Optional.empty();
    }
}
