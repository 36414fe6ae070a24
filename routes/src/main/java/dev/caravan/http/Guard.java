package dev.caravan.http;

import dev.caravan.security.Authentication;
import dev.caravan.security.Policy;
import dev.caravan.security.Principal;
import dev.caravan.security.RequestRates;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds out who calls and whether they may, for everything on the port: REST, WebSockets, event streams, metrics, Jolokia, the console.
 * Whoever shows no token, or a wrong one, gets 401; whoever may not, 403. On a hub without tokens everybody is {@link Principal#LOCAL}
 * unless they show a join token.
 *
 * <p>A person who opens some address of the page without a token gets the page, not an error: it has to be seen to ask for the token. A
 * token does not go further than this: routes, a user's own included, see who calls but not by what.
 */
final class Guard implements Handler<RoutingContext> {

    private final Authentication authentication;
    private final Origins origins;
    private final Predicate<String> files;
    private final Handler<RoutingContext> shell;

    /**
     * @param files whether a path is a file that everybody may see
     * @param shell answers with the page
     */
    Guard(Authentication authentication, Origins origins, Predicate<String> files, Handler<RoutingContext> shell) {
        this.authentication = authentication;
        this.origins = origins;
        this.files = files;
        this.shell = shell;
    }

    @Override
    public void handle(RoutingContext context) {
        // Somebody behind this sent the request round again under another address.
        Optional<Principal> known = Callers.find(context);
        if (known.isPresent()) {
            decide(context, known);
            return;
        }
        switch (Credential.of(context.request(), context.normalizedPath(), origins.of(context.request()))) {
            case Credential.None none -> decide(context, Optional.empty());
            case Credential.Unclear unclear -> decide(context, Optional.empty());
            case Credential.Login login -> admit(context, authentication.consoles().find(login.id()));
            case Credential.Token token -> verify(context, token.text());
        }
    }

    private void verify(RoutingContext context, String token) {
        if (!authentication.mayBlock(token)) {
            verified(context, authentication.verify(token));
            return;
        }
        HttpServerRequest request = context.request();
        // Costs a thread, which somebody who only guesses does not get without end.
        if (authentication.failures().exhausted(address(request))) {
            tooMany(context, Duration.ofSeconds(1), "Too many requests with a wrong token");
            return;
        }
        // Nobody reads the body yet; without this it would be gone.
        request.pause();
        context.vertx()
                .executeBlocking(() -> authentication.verify(token), false)
                .onSuccess(principal -> {
                    request.resume();
                    verified(context, principal);
                })
                .onFailure(failure -> {
                    request.resume();
                    context.fail(failure);
                });
    }

    private void verified(RoutingContext context, Optional<Principal> principal) {
        HttpServerRequest request = context.request();
        if (principal.isEmpty()) {
            Optional<Duration> wait = authentication.failures().take(address(request));
            wait.ifPresentOrElse(time -> tooMany(context, time, "Too many requests with a wrong token"), () -> decide(context, principal));
            return;
        }
        if (tooFast(context, principal.get())) {
            return;
        }
        request.headers().remove("Authorization");
        String clean = Credential.withoutToken(request);
        if (request.uri().equals(clean)) {
            decide(context, principal);
        } else {
            Callers.set(context, principal.get());
            context.reroute(request.method(), clean);
        }
    }

    private void admit(RoutingContext context, Optional<Principal> shown) {
        if (shown.isEmpty() || !tooFast(context, shown.get())) {
            decide(context, shown);
        }
    }

    private boolean tooFast(RoutingContext context, Principal principal) {
        RequestRates rates = authentication.requests();
        Optional<Duration> wait = rates.take(principal.name());
        wait.ifPresent(time -> tooMany(
                context, time, "Too many requests: --request-rate allows one caller " + rates.perSecond() + " a second"));
        return wait.isPresent();
    }

    private static void tooMany(RoutingContext context, Duration wait, String why) {
        long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
        context.response().putHeader("Retry-After", Long.toString(seconds));
        Details.answer(context, 429, why + "; try again in " + seconds + " s");
    }

    private static String address(HttpServerRequest request) {
        return request.remoteAddress() == null ? "" : String.valueOf(request.remoteAddress().hostAddress());
    }

    private void decide(RoutingContext context, Optional<Principal> shown) {
        HttpServerRequest request = context.request();
        String path = context.normalizedPath();
        boolean reads = request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
        Policy.Rule rule = Policy.rule(request.method().name(), path);
        Optional<Principal> caller = authentication.guarded() ? shown : shown.or(() -> Optional.of(Principal.LOCAL));
        caller.ifPresent(principal -> Callers.set(context, principal));
        if (rule.open() || (reads && files.test(path))) {
            context.next();
        } else if (caller.isEmpty()) {
            unknown(context, reads && Policy.find(request.method().name(), path).isEmpty() && !Mount.isApi(path));
        } else {
            rule.refusal(caller.get(), path).ifPresentOrElse(why -> Details.answer(context, 403, why), context::next);
        }
    }

    private void unknown(RoutingContext context, boolean maybePage) {
        if (maybePage && wantsPage(context.request())) {
            shell.handle(context);
        } else {
            context.response().putHeader("WWW-Authenticate", "Bearer");
            Details.answer(context, 401, "Not authenticated: send the hub's token as 'Authorization: Bearer <token>'");
        }
    }

    private static boolean wantsPage(HttpServerRequest request) {
        String accept = request.getHeader("Accept");
        return accept != null && accept.contains("text/html");
    }
}
