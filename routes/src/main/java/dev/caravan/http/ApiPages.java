package dev.caravan.http;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;

/**
 * The API for people and machines: {@code /docs} with Swagger UI from its jar (nothing is loaded from elsewhere),
 * {@code /openapi.json}, and {@code /redoc}, which leads to {@code /docs}. Called on a worker thread.
 */
public final class ApiPages implements Handler<RoutingContext> {

    private static final String FOLDER = "/docs/";

    private final StaticFiles own = new StaticFiles("api-page");
    private final StaticFiles swagger = new StaticFiles(swaggerFolder());
    private final Supplier<byte[]> openApi;

    /** @param openApi the description of the API as JSON */
    public ApiPages(Supplier<byte[]> openApi) {
        this.openApi = openApi;
    }

    @Override
    public void handle(RoutingContext context) {
        String path = context.normalizedPath();
        switch (path) {
            case "/docs/", "/redoc" -> context.response()
                    .setStatusCode(307)
                    .putHeader("Location", "/docs")
                    .end();
            case "/openapi.json" -> context.response()
                    .putHeader("Content-Type", "application/json")
                    .putHeader("Cache-Control", "no-cache")
                    .end(Buffer.buffer(openApi.get()));
            default -> find(path).ifPresentOrElse(file -> Page.send(context, file), () -> absent(context, path));
        }
    }

    private static void absent(RoutingContext context, String path) {
        if (path.startsWith(FOLDER)) {
            Details.answer(context, 404, Details.text(404));
        } else {
            context.next();
        }
    }

    /** Whether the path belongs to the API page; the description itself does not. */
    boolean has(String path) {
        return path.equals("/redoc") || path.equals("/docs") || path.startsWith(FOLDER);
    }

    /** The jar keeps its files under its version, and says in its Maven properties which one that is. */
    private static String swaggerFolder() {
        Properties properties = new Properties();
        try (InputStream in = ApiPages.class.getResourceAsStream("/META-INF/maven/org.webjars/swagger-ui/pom.properties")) {
            properties.load(Objects.requireNonNull(in, "swagger-ui is not on the class path"));
        } catch (IOException e) {
            throw new IllegalStateException("swagger-ui's jar cannot be read", e);
        }
        return "META-INF/resources/webjars/swagger-ui/" + properties.getProperty("version");
    }

    private Optional<StaticFiles.File> find(String path) {
        if (path.equals("/docs")) {
            return own.find("index.html");
        }
        if (!path.startsWith(FOLDER)) {
            return Optional.empty();
        }
        String name = path.substring(FOLDER.length());
        return own.find(name).or(() -> swagger.find(name));
    }
}
