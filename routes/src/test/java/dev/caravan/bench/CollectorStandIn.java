package dev.caravan.bench;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;

/** Takes spans by gRPC, on a free port of this machine, and throws them away. */
final class CollectorStandIn implements AutoCloseable {

    /** A message that is not compressed and empty: "all of them taken". */
    private static final byte[] NOTHING_REFUSED = new byte[5];

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server = vertx.createHttpServer()
            .requestHandler(CollectorStandIn::take)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();

    private static void take(HttpServerRequest request) {
        request.endHandler(read -> request.response()
                .putHeader("content-type", "application/grpc")
                .putTrailer("grpc-status", "0")
                .end(Buffer.buffer(NOTHING_REFUSED)));
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
