package dev.caravan.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
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
        send(context.response(), status, text);
    }

    private static Future<Void> send(HttpServerResponse response, int status, String text) {
        return response.setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(new JsonObject().put("detail", text).toBuffer());
    }

    /** Answers what never became a request, in place of Vert.x, and ends its connection: nobody knows where the next one begins. */
    static void unreadable(HttpServerRequest request) {
        int status =
                switch (request.decoderResult().cause()) {
                    case TooLongHttpLineException line -> 414;
                    case TooLongHttpHeaderException header -> 431;
                    case null, default -> 400;
                };
        send(request.response(), status, text(status)).onComplete(sent -> request.connection().close());
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
            case 414 -> "The address is too long";
            case 431 -> "The headers are too large";
            case 503 -> "The hub is starting or stopping: try again";
            default -> status >= 500 ? "Internal error: see the hub's log" : "Request refused (" + status + ")";
        };
    }
}
