package dev.caravan.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/** Counts requests by the class of their status and measures how long their answers took. Called on event loops; only adds. */
final class HttpMetrics implements Handler<RoutingContext> {

    private static final String SEEN = HttpMetrics.class.getName();

    /** From 1xx to 5xx. */
    private final Timer[] byClass;
    private final LongSupplier nanos;

    HttpMetrics(MeterRegistry registry, LongSupplier nanos) {
        this.nanos = nanos;
        byClass = IntStream.rangeClosed(1, 5)
                .mapToObj(first -> Buckets.work(registry, "caravan.http.requests", "Requests, from their headers to the end of the answer",
                        "status", first + "xx"))
                .toArray(Timer[]::new);
    }

    @Override
    public void handle(RoutingContext context) {
        // A request that is sent to another route comes by once more.
        if (context.get(SEEN) == null) {
            context.put(SEEN, this);
            long begin = nanos.getAsLong();
            context.addEndHandler(done -> byClass[Math.clamp(context.response().getStatusCode() / 100, 1, 5) - 1]
                    .record(nanos.getAsLong() - begin, TimeUnit.NANOSECONDS));
        }
        context.next();
    }
}
