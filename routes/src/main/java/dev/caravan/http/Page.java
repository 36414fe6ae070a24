package dev.caravan.http;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/**
 * The page at {@code /}: files of the class path, and {@code index.html} for every other address that no route answers, because the page
 * has addresses of its own. Called on a worker thread.
 */
public final class Page implements Handler<RoutingContext> {

    /** Own scripts only; pictures and video also from memory. 'unsafe-inline' for styles alone. */
    private static final String POLICY = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' blob: data:; media-src 'self' blob: data: mediastream:; connect-src 'self' ws: wss:; "
            + "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private final StaticFiles files;

    /** @param folder of the class path, for example {@code ui} */
    public Page(String folder) {
        this.files = new StaticFiles(folder);
    }

    @Override
    public void handle(RoutingContext context) {
        String path = context.normalizedPath();
        if (Mount.isApi(path)) {
            context.next();
            return;
        }
        Optional<StaticFiles.File> file = path.equals("/index.html") ? Optional.empty() : files.find(path.substring(1));
        if (file.isPresent()) {
            send(context, file.get());
        } else {
            shell(context);
        }
    }

    /** Whether the path is the page's start or one of its files. */
    boolean has(String path) {
        return path.equals("/") || files.has(path.substring(1));
    }

    /** Answers with {@code index.html}, which is never kept by browsers: it names the other files. */
    void shell(RoutingContext context) {
        HttpServerResponse response = context.response();
        Optional<StaticFiles.File> index = files.find("index.html");
        response.putHeader("Cache-Control", "no-cache, no-store, must-revalidate")
                .putHeader("Pragma", "no-cache")
                .putHeader("Expires", "0");
        if (index.isPresent()) {
            response.putHeader("Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self)");
            body(response, index.get());
        } else if (context.normalizedPath().equals("/")) {
            response.putHeader("Content-Type", "application/json")
                    .end(new JsonObject().put("message", "Caravan API - page not built").toBuffer());
        } else {
            Details.answer(context, 404, "Page not built");
        }
    }

    /** Sends a file unless the client has it. */
    static void send(RoutingContext context, StaticFiles.File file) {
        HttpServerResponse response = context.response().putHeader("Cache-Control", "no-cache").putHeader("ETag", file.tag());
        String known = context.request().getHeader("If-None-Match");
        if (known != null && known.contains(file.tag())) {
            response.setStatusCode(304).end();
        } else {
            body(response, file);
        }
    }

    /** The length is said aloud for HEAD, whose body the transport leaves out. */
    private static void body(HttpServerResponse response, StaticFiles.File file) {
        response.putHeader("Content-Type", file.type())
                .putHeader("Content-Length", Integer.toString(file.bytes().length))
                .putHeader("Content-Security-Policy", POLICY)
                .end(Buffer.buffer(file.bytes()));
    }
}
