package dev.caravan.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/** Answers for pages of other origins (contract §0.4). Only origins that {@link HostGuard} let in get here. */
final class CrossOrigin implements Handler<RoutingContext> {

    private final Origins origins;

    CrossOrigin(Origins origins) {
        this.origins = origins;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        String origin = request.getHeader("Origin");
        if (origin == null) {
            context.next();
            return;
        }
        response.putHeader("Access-Control-Allow-Origin", origin).putHeader("Vary", "Origin");
        // A page let in by '*' alone sends its token itself; a browser adds no cookie and no remembered password for it.
        if (origins.of(request) != Origins.Standing.ANYBODY) {
            response.putHeader("Access-Control-Allow-Credentials", "true");
        }
        if (request.method() != HttpMethod.OPTIONS || request.getHeader("Access-Control-Request-Method") == null) {
            response.putHeader("Access-Control-Expose-Headers", "*, Authorization, Content-Disposition, Content-Range, ETag");
            context.next();
            return;
        }
        String headers = request.getHeader("Access-Control-Request-Headers");
        if (headers != null) {
            response.putHeader("Access-Control-Allow-Headers", headers);
        }
        response.putHeader("Access-Control-Allow-Methods", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")
                .putHeader("Access-Control-Max-Age", "600")
                .setStatusCode(200)
                .end();
    }
}
