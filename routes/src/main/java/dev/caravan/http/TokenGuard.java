package dev.caravan.http;

import dev.caravan.config.Secret;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Wants the bearer token for everything but the probes and the files of the page, which has to be seen to ask for the token.
 * A person who opens some address of the page without a token gets the page, not an error.
 */
final class TokenGuard implements Handler<RoutingContext> {

    private static final Set<String> PROBES = Set.of("/health/live", "/health/ready", "/health/startup");

    private final byte[] token;
    private final Predicate<String> open;
    private final Handler<RoutingContext> shell;

    /**
     * @param open  whether a path is a file that everybody may see
     * @param shell answers with the page
     */
    TokenGuard(Secret token, Predicate<String> open, Handler<RoutingContext> shell) {
        this.token = bytes(token.value());
        this.open = open;
        this.shell = shell;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        String path = context.normalizedPath();
        boolean reads = request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
        if (presented(request) || (reads && (PROBES.contains(path) || open.test(path)))) {
            context.next();
        } else if (reads && wantsPage(request) && !Mount.isApi(path)) {
            shell.handle(context);
        } else {
            context.response().putHeader("WWW-Authenticate", "Bearer");
            Details.answer(context, 401, "Not authenticated: send the hub's token as 'Authorization: Bearer <token>'");
        }
    }

    private boolean presented(HttpServerRequest request) {
        String header = request.getHeader("Authorization");
        return header != null
                && header.regionMatches(true, 0, "Bearer ", 0, 7)
                // Takes the same time wherever the two differ.
                && MessageDigest.isEqual(token, bytes(header.substring(7).strip()));
    }

    private static boolean wantsPage(HttpServerRequest request) {
        String accept = request.getHeader("Accept");
        return accept != null && accept.contains("text/html");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
