package dev.caravan.http;

import dev.caravan.config.Hosts;
import dev.caravan.config.Settings;
import dev.caravan.security.Authentication;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hangs the hub's handlers on the router. Camel's routes have order 0 and up in the order they start; whoever mounts a WebSocket or a
 * console takes an order above {@link #GUARDS} and below 0, and is guarded too.
 */
public final class Mount {

    /** Everything at or below this order is a guard. */
    public static final int GUARDS = -9000;

    private static final int FIRST = -10_000;
    private static final int LAST = Integer.MAX_VALUE;
    private static final String SPELT = Mount.class.getName();

    private static final Logger LOG = LoggerFactory.getLogger(Mount.class);

    private final Router router;
    private final Settings.Server settings;
    private final Authentication authentication;
    private final Page page;
    private final ApiPages docs;

    public Mount(Router router, Settings.Server settings, Authentication authentication, Page page, ApiPages docs) {
        this.router = router;
        this.settings = settings;
        this.authentication = authentication;
        this.page = page;
        this.docs = docs;
    }

    /** To be called once, before the port opens. */
    public void install() {
        router.route().order(FIRST).handler(this::headers).failureHandler(this::failed);
        router.route().order(FIRST + 1).handler(Mount::oneSpelling);
        Origins origins = new Origins(settings);
        router.route().order(GUARDS - 5).handler(new HostGuard(settings, origins));
        router.route().order(GUARDS - 4).handler(new CrossOrigin(origins));
        router.route()
                .order(GUARDS - 3)
                .handler(new Guard(authentication, origins, path -> page.has(path) || docs.has(path), page::shell));
        router.route().order(GUARDS - 1).handler(Mount::forms);
        router.route().order(GUARDS).method(HttpMethod.HEAD).handler(context ->
                context.reroute(HttpMethod.GET, context.request().uri()));

        new ConsoleLogin(authentication, settings.tls().isPresent()).mount(router);

        router.get().order(LAST - 2).blockingHandler(docs, false);
        router.get().order(LAST - 1).blockingHandler(page, false);
        router.route().order(LAST).handler(this::nobody);
    }

    /** Paths that are answered by routes, by handlers of their own or not at all, never by the page. */
    static boolean isApi(String path) {
        return Stream.of("/api", "/health", "/metrics", "/jolokia", "/hawtio").anyMatch(root -> path.equals(root) || path.startsWith(root + "/"));
    }

    private void headers(RoutingContext context) {
        context.response()
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Referrer-Policy", "same-origin");
        String host = context.request().authority() == null ? "" : context.request().authority().host();
        // A browser would want HTTPS of everything else that is reached as localhost, too.
        if (settings.tls().isPresent() && !Hosts.isLoopbackName(host.toLowerCase(Locale.ROOT))) {
            context.response().putHeader("Strict-Transport-Security", "max-age=31536000");
        }
        context.addHeadersEndHandler(done -> {
            int status = context.response().getStatusCode();
            if (status == 204 || status == 304) {
                // These never have a body (RFC 9110 §6.4.1), so no length and no chunks either; Camel sets one or the other.
                context.response().headers().remove("Content-Length").remove("Transfer-Encoding");
            }
        });
        context.next();
    }

    /**
     * The router chooses by the normalised path: double slashes, dots and needless escapes taken out. Whoever reads the path after it
     * shall see the same one.
     */
    private static void oneSpelling(RoutingContext context) {
        HttpServerRequest request = context.request();
        String path;
        try {
            path = context.normalizedPath();
        } catch (IllegalArgumentException e) {
            // Everybody behind this asks for the path.
            Details.answer(context, 400, "The address is not percent-encoded correctly");
            return;
        }
        if (path.equals(request.path()) || context.get(SPELT) != null) {
            context.next();
            return;
        }
        context.put(SPELT, path);
        context.reroute(request.method(), request.query() == null ? path : path + "?" + request.query());
    }

    /** The contract has no forms, and a form is what a foreign page can send without asking first. */
    private static void forms(RoutingContext context) {
        String type = context.request().getHeader("Content-Type");
        boolean multipart = type != null && type.regionMatches(true, 0, "multipart/form-data", 0, 19);
        boolean encoded = type != null && type.regionMatches(true, 0, "application/x-www-form-urlencoded", 0, 33);
        // An upload is bytes whatever it is called, and this is what curl calls everything.
        boolean form = multipart || (encoded && !context.normalizedPath().equals("/api/v1/assets"));
        if (form && isApi(context.normalizedPath())) {
            Details.answer(context, 415, "Unsupported content type '" + type.split(";", 2)[0] + "': send application/json");
        } else {
            context.next();
        }
    }

    private void failed(RoutingContext context) {
        int status = context.statusCode() < 400 ? 500 : context.statusCode();
        Throwable failure = context.failure();
        // The answer refers to the log. A client that left before it had its answer is no failure.
        if (status == 500 && failure != null && !(failure instanceof HttpClosedException)) {
            LOG.error("{} {} failed", context.request().method(), context.normalizedPath(), failure);
        }
        Details.answer(context, status, Details.text(status));
    }

    private void nobody(RoutingContext context) {
        Set<String> allowed = new TreeSet<>();
        for (var route : router.getRoutes()) {
            if (route.methods() != null && route.getPath() != null && Paths.matches(route.getPath(), context.normalizedPath())) {
                route.methods().forEach(method -> allowed.add(method.name()));
            }
        }
        if (allowed.isEmpty()) {
            Details.answer(context, 404, Details.text(404));
            return;
        }
        if (allowed.contains("GET")) {
            allowed.add("HEAD");
        }
        allowed.add("OPTIONS");
        context.response().putHeader("Allow", String.join(", ", allowed));
        if (context.request().method() == HttpMethod.OPTIONS) {
            context.response().setStatusCode(204).end();
        } else {
            Details.answer(context, 405, Details.text(405));
        }
    }
}
