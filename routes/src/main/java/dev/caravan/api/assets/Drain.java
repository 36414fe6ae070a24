package dev.caravan.api.assets;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/** Reads the rest of a body that nobody wants and throws it away, so that the client gets to read the answer; up to a limit. */
final class Drain {

    private final HttpServerRequest request;
    private final long maxBytes;
    private long swallowed;

    Drain(HttpServerRequest request, long maxBytes) {
        this.request = request;
        this.maxBytes = maxBytes;
    }

    /** @param then runs once: at the end of the body, or before it is at its limit and the connection is about to close */
    void whenDone(Runnable then) {
        if (request.isEnded() || request.getHeader("Expect") != null) {
            request.resume();
            then.run(); // a client that waits for "100 Continue" sends nothing after a refusal
            return;
        }
        request.handler(bytes -> swallow(bytes, then));
        request.endHandler(v -> then.run());
        request.exceptionHandler(e -> {}); // it went away: nobody is there to be answered
        request.resume();
    }

    private void swallow(Buffer bytes, Runnable then) {
        swallowed += bytes.length();
        if (swallowed > maxBytes) {
            request.pause();
            request.response().putHeader("Connection", "close");
            then.run();
        }
    }
}
