package dev.caravan.http;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds what clients hold open without asking anything: a connection whose first request does not come in time is closed, and so is
 * every one above a number. Called on event loops.
 */
final class Connections {

    private final Vertx vertx;
    private final int most;
    private final Duration patience;
    private final AtomicInteger open = new AtomicInteger();
    /** Timers of those that have not asked yet. */
    private final Map<HttpConnection, Long> silent = new ConcurrentHashMap<>();

    /**
     * @param most     connections at once
     * @param patience how long a connection may take until the head of its first request is there
     */
    Connections(Vertx vertx, int most, Duration patience) {
        this.vertx = vertx;
        this.most = most;
        this.patience = patience;
    }

    void opened(HttpConnection connection) {
        boolean tooMany = open.incrementAndGet() > most;
        connection.closeHandler(closed -> {
            open.decrementAndGet();
            asked(connection);
        });
        if (tooMany) {
            connection.close();
            return;
        }
        silent.put(connection, vertx.setTimer(patience.toMillis(), late -> {
            if (silent.remove(connection) != null) {
                connection.close();
            }
        }));
    }

    /** Notes that somebody asks, before the handler answers. */
    Handler<HttpServerRequest> around(Handler<HttpServerRequest> handler) {
        return request -> {
            asked(request.connection());
            handler.handle(request);
        };
    }

    private void asked(HttpConnection connection) {
        Long timer = silent.remove(connection);
        if (timer != null) {
            vertx.cancelTimer(timer);
        }
    }
}
