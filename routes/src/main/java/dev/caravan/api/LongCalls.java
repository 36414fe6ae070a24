package dev.caravan.api;

import dev.caravan.http.Callers;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Operations that take minutes. Each runs on a thread of its own, not on one of the few that Camel's HTTP consumer shares among all
 * requests, and is put on the server's router for that. A client that goes away ends nothing: it may come back for the result.
 */
public final class LongCalls implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LongCalls.class);

    /** Before the Camel routes of the same path, behind the guards of the server. */
    private static final int ORDER = -1000;
    private static final int MAX_BODY = 1 << 20;

    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("caravan-long-call-", 0).factory());
    private final Semaphore places;
    private final int most;

    /** @param most at once; more are refused */
    public LongCalls(int most) {
        this.most = most;
        this.places = new Semaphore(most);
    }

    /** Puts a handler on the router. @param path without placeholders */
    void mount(Router router, HttpMethod method, String path, Api.Handler handler) {
        router.route(method, path)
                .order(ORDER)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY))
                .handler(context -> begin(context, path, handler));
    }

    private void begin(RoutingContext context, String path, Api.Handler handler) {
        Request request = request(context);
        Context loop = context.vertx().getOrCreateContext();
        if (!places.tryAcquire()) {
            write(context, Failures.detail(503, "The hub is busy with " + most + " such calls: try again later"));
            return;
        }
        try {
            threads.execute(() -> {
                try {
                    Reply reply = answer(path, handler, request);
                    loop.runOnContext(v -> write(context, reply));
                } catch (RejectedExecutionException e) {
                    LOG.debug("The hub stopped before {} was answered", path);
                } finally {
                    places.release();
                }
            });
        } catch (RejectedExecutionException e) {
            places.release();
            write(context, Failures.detail(503, "The hub is stopping"));
        }
    }

    /** Ends what runs, and returns when it has cleaned up after itself. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("A call did not stop within 10 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Reply answer(String path, Api.Handler handler, Request request) {
        try {
            return handler.handle(request);
        } catch (InterruptedException e) {
            return Failures.detail(503, "The hub is stopping");
        } catch (Exception e) {
            return Failures.refusal(e).orElseGet(() -> {
                LOG.error("{} {} failed", request.method(), path, e);
                return Failures.internal("");
            });
        } catch (Error e) {
            // Whoever waits for the answer gets one.
            LOG.error("{} {} failed", request.method(), path, e);
            return Failures.internal("");
        }
    }

    private static Request request(RoutingContext context) {
        Map<String, String> headers = new HashMap<>();
        context.request().headers().forEach(entry -> headers.putIfAbsent(entry.getKey().toLowerCase(Locale.ROOT), entry.getValue()));
        Buffer body = context.body().buffer();
        return new Request(
                context.request().method().name(),
                context.request().path(),
                Map.of(),
                Map.of(),
                headers,
                body == null ? new byte[0] : body.getBytes(),
                Callers.of(context));
    }

    private static void write(RoutingContext context, Reply reply) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed() || !(reply.body() instanceof Reply.Bytes bytes)) {
            return;
        }
        response.setStatusCode(reply.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, bytes.contentType())
                .end(Buffer.buffer(bytes.bytes()));
    }
}
