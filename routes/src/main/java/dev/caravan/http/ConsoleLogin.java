package dev.caravan.http;

import dev.caravan.security.Authentication;
import dev.caravan.security.ConsoleSessions;
import dev.caravan.security.FailedLogins;
import dev.caravan.security.Principal;
import dev.caravan.security.Role;
import io.vertx.core.Future;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How operators log in at the console, in the forms that Hawtio knows: {@code POST /hawtio/auth/login} with a user name, which says
 * nothing, and the token as password; {@code /hawtio/auth/logout}; {@code /hawtio/user}, which says who is logged in, or 403, or
 * "public" where nobody has to.
 */
final class ConsoleLogin {

    private static final Logger LOG = LoggerFactory.getLogger(ConsoleLogin.class);

    /** Behind the guards, before whatever else is mounted below {@code /hawtio}. */
    private static final int ORDER = Mount.GUARDS + 100;
    private static final int MAX_BODY = 16 * 1024;

    private final Authentication authentication;
    private final boolean tls;

    /** @param tls whether the port speaks HTTPS itself */
    ConsoleLogin(Authentication authentication, boolean tls) {
        this.authentication = authentication;
        this.tls = tls;
    }

    void mount(Router router) {
        router.post("/hawtio/auth/login").order(ORDER).handler(BodyHandler.create(false).setBodyLimit(MAX_BODY)).handler(this::login);
        router.route("/hawtio/auth/logout").method(HttpMethod.GET).method(HttpMethod.POST).order(ORDER).handler(this::logout);
        router.get("/hawtio/user").order(ORDER).handler(this::user);
    }

    private void login(RoutingContext context) {
        String address = context.request().remoteAddress().hostAddress();
        Optional<String> token = password(context);
        if (token.isEmpty()) {
            Details.answer(context, 400, "Send {\"username\": ..., \"password\": the hub's token} as application/json");
        } else if (authentication.failedLogins().mustWait(address)) {
            context.response().putHeader("Retry-After", Long.toString(FailedLogins.WINDOW.toSeconds()));
            Details.answer(context, 429, "Too many wrong tries: wait a minute");
        } else {
            verify(context, token.get())
                    .onSuccess(principal -> answer(context, address, principal))
                    .onFailure(context::fail);
        }
    }

    private Future<Optional<Principal>> verify(RoutingContext context, String token) {
        return authentication.mayBlock(token)
                ? context.vertx().executeBlocking(() -> authentication.verify(token), false)
                : Future.succeededFuture(authentication.verify(token));
    }

    private void answer(RoutingContext context, String address, Optional<Principal> principal) {
        if (principal.isEmpty()) {
            authentication.failedLogins().failed(address);
            LOG.warn("A login at the console from {} was refused", address);
            Details.answer(context, 401, "That is not a token of this hub, or it has expired");
        } else if (!principal.get().role().covers(Role.OPERATOR)) {
            Details.answer(context, 403, "The console needs the role operator; your token has the role " + principal.get().role().wireName());
        } else {
            // Whatever id the browser came with is not taken over.
            forget(context);
            LOG.info("{} logged in at the console from {}", principal.get().name(), address);
            context.response().addCookie(cookie(context, authentication.consoles().open(principal.get()), ConsoleSessions.LIFETIME.toSeconds()));
            send(context, new JsonObject().put("user", principal.get().name()));
        }
    }

    private void logout(RoutingContext context) {
        forget(context);
        context.response().addCookie(cookie(context, "", 0));
        send(context, new JsonObject());
    }

    private void user(RoutingContext context) {
        if (!authentication.guarded()) {
            send(context, "public");
            return;
        }
        Optional<Principal> operator = Callers.find(context).filter(principal -> principal.role().covers(Role.OPERATOR));
        operator.ifPresentOrElse(principal -> send(context, principal.name()), () -> Details.answer(context, 403, "Not logged in"));
    }

    /** Ends the login of the cookie that came along. */
    private void forget(RoutingContext context) {
        Cookie old = context.request().getCookie(Credential.COOKIE);
        if (old != null) {
            authentication.consoles().close(old.getValue());
        }
    }

    /** JSON only: a form is what a foreign page can send without asking first. */
    private static Optional<String> password(RoutingContext context) {
        String type = context.request().getHeader("Content-Type");
        if (type == null || !type.regionMatches(true, 0, "application/json", 0, 16)) {
            return Optional.empty();
        }
        try {
            return context.body().asJsonObject() instanceof JsonObject body && body.getValue("password") instanceof String text
                    ? Optional.of(text)
                    : Optional.empty();
        } catch (DecodeException | ClassCastException e) {
            return Optional.empty();
        }
    }

    private Cookie cookie(RoutingContext context, String value, long seconds) {
        String origin = context.request().getHeader("Origin");
        // A proxy that ends TLS shows in the page's own origin.
        boolean secure = tls || (origin != null && origin.startsWith("https://"));
        return Cookie.cookie(Credential.COOKIE, value)
                .setPath(Credential.COOKIE_PATH)
                .setHttpOnly(true)
                .setSameSite(CookieSameSite.STRICT)
                .setSecure(secure)
                .setMaxAge(seconds);
    }

    private static void send(RoutingContext context, Object json) {
        context.response()
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(Json.encodeToBuffer(json));
    }
}
