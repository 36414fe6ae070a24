package dev.caravan.console;

import dev.caravan.http.Mount;
import dev.caravan.processors.session.Sessions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.StaticHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * Mounts the console: Hawtio's files, the few JSON answers its front end asks for, our page in it, and Jolokia. All of it sits between
 * the guards and Camel's routes. The files alone may be seen by everybody, as {@link dev.caravan.security.Policy} says: the form that asks
 * for a token is among them.
 */
public final class Console implements AutoCloseable {

    private static final String HOME = "/hawtio";
    /** Above the guards, below Camel's routes. */
    private static final int FIRST = Mount.GUARDS + 1000;

    /** Width in pixels. */
    private static final int THUMBNAIL = 320;

    /** Hawtio's editor runs in workers made of blobs and its styles are put in by script. */
    private static final String POLICY = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' blob: data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; "
            + "base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /** What Hawtio asks before it shows anything, below {@link #HOME}. */
    private static final Map<String, String> ANSWERS = Map.of(
            "/auth/config", "{}",
            "/auth/config/oidc", "{}",
            "/auth/config/session-timeout", "{}",
            "/auth/config/login", """
                    {"method":"form","name":"Form","url":"/hawtio/auth/login","logoutUrl":"/hawtio/auth/logout",\
                    "type":"json","userField":"username","passwordField":"password"}""",
            "/keycloak/enabled", "false",
            "/proxy/enabled", "false",
            "/preset-connections", "[]",
            "/plugin", """
                    [{"url":"/hawtio/caravan","scope":"caravanConsole","module":"./plugin",\
                    "remoteEntryFileName":"remoteEntry.js","pluginEntry":"plugin"}]""");

    private final JolokiaDoor jolokia = new JolokiaDoor();
    private final Buffer index = resource("hawtio-static/index.html");
    private final Buffer branding = resource("console/hawtconfig.json");

    /** To be called once, before the port opens. */
    public void mount(Router router) {
        jolokia.mount(router, FIRST, "/jolokia");
        jolokia.mount(router, FIRST + 10, HOME + "/jolokia");
        ANSWERS.forEach((path, json) -> get(router, HOME + path, FIRST + 20).handler(context -> json(context, Buffer.buffer(json))));
        get(router, HOME + "/hawtconfig.json", FIRST + 20).handler(context -> json(context, branding));
        get(router, HOME, FIRST + 20).handler(Console::home);
        get(router, HOME + "/", FIRST + 21).handler(this::shell);
        get(router, HOME + "/index.html", FIRST + 21).handler(this::shell);
        get(router, HOME + "/frames/:session", FIRST + 22).handler(Console::frame);
        get(router, HOME + "/caravan/*", FIRST + 22).handler(Console::fresh);
        get(router, HOME + "/caravan/*", FIRST + 23).handler(StaticHandler.create("console/plugin").setCachingEnabled(false));
        get(router, HOME + "/*", FIRST + 24).handler(Console::withoutSourceMaps);
        get(router, HOME + "/*", FIRST + 25).handler(StaticHandler.create("hawtio-static").setDirectoryListing(false));
        // Addresses of Hawtio's own pages, /hawtio/camel/... for example.
        get(router, HOME + "/*", FIRST + 26).handler(this::shell);
    }

    private static Route get(Router router, String path, int order) {
        return router.get(path).order(order);
    }

    /** {@code /hawtio} and {@code /hawtio/} are one path to the router; the page needs the latter for its relative addresses. */
    private static void home(RoutingContext context) {
        if (context.request().path().equals(HOME)) {
            context.redirect(HOME + "/");
        } else {
            context.next();
        }
    }

    /** The picture of a session for our page: its login is worth nothing at the API's own address. The guard lets operators alone get here. */
    private static void frame(RoutingContext context) {
        String id = context.pathParam("session");
        if (Sessions.ID.matcher(id).matches()) {
            context.reroute("/api/v1/sessions/" + id + "/frame?quality=70&width=" + THUMBNAIL);
        } else {
            context.fail(404);
        }
    }

    /** Names the other files, so no browser keeps it. */
    private void shell(RoutingContext context) {
        context.response()
                .putHeader("Content-Type", "text/html; charset=utf-8")
                .putHeader("Cache-Control", "no-cache")
                .putHeader("Content-Security-Policy", POLICY)
                .end(index);
    }

    /** Our own files have no digest in their names. */
    private static void fresh(RoutingContext context) {
        context.response().putHeader("Cache-Control", "no-cache");
        context.next();
    }

    /** More than half of the jar, of use to nobody here. */
    private static void withoutSourceMaps(RoutingContext context) {
        if (context.normalizedPath().endsWith(".map")) {
            context.fail(404);
        } else {
            context.next();
        }
    }

    private static void json(RoutingContext context, Buffer body) {
        HttpServerResponse response = context.response();
        response.putHeader("Content-Type", "application/json").putHeader("Cache-Control", "no-cache").end(body);
    }

    private static Buffer resource(String name) {
        try (InputStream in = Console.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the console is not complete: " + name + " is missing on the class path");
            }
            return Buffer.buffer(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        jolokia.close();
    }
}
