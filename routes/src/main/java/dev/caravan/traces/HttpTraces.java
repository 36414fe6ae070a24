package dev.caravan.traces;

import dev.caravan.processors.TraceContext;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Makes a span of each request whose caller follows it. The header then names that span, so that whatever the request leads to hangs below
 * it; a header that is none is taken away. Called on event loops; never waits.
 */
final class HttpTraces implements Handler<RoutingContext> {

    private static final String SEEN = HttpTraces.class.getName();
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT");
    /** The router's form of a placeholder. */
    private static final Pattern PLACEHOLDER = Pattern.compile(":([A-Za-z0-9_]+)");

    private final Spans spans;

    HttpTraces(Spans spans) {
        this.spans = spans;
    }

    @Override
    public void handle(RoutingContext context) {
        MultiMap headers = context.request().headers();
        // A request that is sent to another route comes by once more.
        if (headers.contains(TraceContext.HEADER) && context.get(SEEN) == null) {
            context.put(SEEN, this);
            List<String> told = headers.getAll(TraceContext.HEADER);
            Optional<TraceContext> caller = told.size() == 1 ? TraceContext.read(told.getFirst()) : Optional.empty();
            if (caller.isEmpty()) {
                headers.remove(TraceContext.HEADER);
            } else if (caller.get().sampled()) {
                follow(context, caller);
            }
        }
        context.next();
    }

    private void follow(RoutingContext context, Optional<TraceContext> caller) {
        String method = context.request().method().name();
        String known = METHODS.contains(method) ? method : "_OTHER";
        Span span = spans.begin(METHODS.contains(method) ? method : "HTTP", SpanKind.SERVER, caller)
                .setAttribute(Spans.HTTP_METHOD, known)
                .setAttribute(Spans.URL_SCHEME, context.request().isSSL() ? "https" : "http")
                .startSpan();
        context.request().headers().set(TraceContext.HEADER, Spans.context(span).toString());
        context.addEndHandler(done -> {
            int status = context.response().getStatusCode();
            span.setAttribute(Spans.HTTP_STATUS, status);
            template(context.currentRoute()).ifPresent(path -> {
                span.setAttribute(Spans.HTTP_ROUTE, path);
                span.updateName((known.equals("_OTHER") ? "HTTP" : known) + " " + path);
            });
            if (done.failed() || status >= 500) {
                span.setAttribute(Spans.ERROR_TYPE, done.failed() ? "connection closed" : Integer.toString(status));
                span.setStatus(StatusCode.ERROR);
            }
            spans.end(span);
        });
    }

    /** The path as the contract writes it; a path of a client may hold anything, and is not told. */
    private static Optional<String> template(Route route) {
        return route == null || route.getPath() == null
                ? Optional.empty()
                : Optional.of(PLACEHOLDER.matcher(route.getPath()).replaceAll("{$1}"));
    }
}
