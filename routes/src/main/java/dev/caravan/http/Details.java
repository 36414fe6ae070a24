package dev.caravan.http;

import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** The contract's error bodies for whatever is refused below the routes. */
final class Details {

    private Details() {}

    /** Answers {@code {"detail": text}}. */
    static void answer(RoutingContext context, int status, String text) {
        if (context.response().headWritten()) {
            context.response().reset();
            return;
        }
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(new JsonObject().put("detail", text).toBuffer());
    }

    /** Words for a status that the transport chose by itself. */
    static String text(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 401 -> "Not authenticated";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 413 -> "Request body too large";
            case 415 -> "Unsupported content type";
            case 503 -> "The hub is starting or stopping: try again";
            default -> status >= 500 ? "Internal error: see the hub's log" : "Request refused (" + status + ")";
        };
    }
}
