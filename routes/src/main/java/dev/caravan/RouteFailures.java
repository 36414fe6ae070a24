package dev.caravan;

import dev.caravan.api.Failures;
import dev.caravan.processors.inference.InferenceEndpoint;
import dev.caravan.processors.webrtc.WebRtcEndpoint;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BiConsumer;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.LoggingLevel;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.builder.RouteConfigurationBuilder;
import org.apache.camel.component.direct.DirectEndpoint;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.rest.RestEndpoint;
import org.apache.camel.component.timer.TimerEndpoint;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a failure that a route does not handle itself, a user's route included: an HTTP client gets the contract's error body,
 * and the log gets one entry per route and {@link #INTERVAL} instead of one per frame. A route's own {@code onException} and
 * {@code errorHandler} come first. Thread-safe.
 */
final class RouteFailures implements RoutePolicyFactory {

    static final Duration INTERVAL = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(RouteFailures.class);

    private final InstantSource clock;

    private final BiConsumer<String, Exception> log;

    private RouteFailures(InstantSource clock, BiConsumer<String, Exception> log) {
        this.clock = clock;
        this.log = log;
    }

    /** To be called before routes are loaded. */
    static void install(CamelContext camel) {
        install(camel, InstantSource.system(), LOG::error);
    }

    /** @param log takes a line and the failure it is about */
    static void install(CamelContext camel, InstantSource clock, BiConsumer<String, Exception> log) {
        camel.addRoutePolicyFactory(new RouteFailures(clock, log));
        RouteConfigurationBuilder quiet = new RouteConfigurationBuilder() {
            @Override
            public void configuration() {
                // Without Camel's log entry for each exchange; Camel looks at either, depending on whether there is an onException.
                // Routes that name a configuration keep that one's way.
                routeConfiguration().errorHandler(defaultErrorHandler().logExhausted(false).loggingLevel(LoggingLevel.OFF));
            }
        };
        try {
            camel.addRoutesConfigurations(quiet);
        } catch (Exception e) {
            throw RuntimeCamelException.wrapRuntimeException(e);
        }
    }

    @Override
    public RoutePolicy createRoutePolicy(CamelContext camel, String routeId, NamedNode route) {
        return new Policy();
    }

    private final class Policy extends RoutePolicySupport {

        private Instant quietUntil = Instant.MIN;
        private long untold;

        @Override
        public void onExchangeDone(Route route, Exchange exchange) {
            Exception failure = exchange.getException();
            // Whoever called a direct: route gets its exception.
            if (failure == null || route.getEndpoint() instanceof DirectEndpoint) {
                return;
            }
            Endpoint from = route.getEndpoint();
            boolean http = from instanceof PlatformHttpEndpoint || from instanceof RestEndpoint;
            if (http || from instanceof InferenceEndpoint || from instanceof WebRtcEndpoint || from instanceof TimerEndpoint) {
                // These consumers would only log it once more, each time; others, like a file's, need to know.
                exchange.setException(null);
            }
            if (!http || !Failures.answer(exchange, failure)) {
                tell(route.getRouteId(), failure);
            }
        }

        private synchronized void tell(String routeId, Exception failure) {
            Instant now = clock.instant();
            if (now.isBefore(quietUntil)) {
                untold++;
                return;
            }
            String more = untold == 0 ? "" : ", and " + untold + " times since it was last told";
            log.accept("Route " + routeId + " failed" + more, failure);
            untold = 0;
            quietUntil = now.plus(INTERVAL);
        }
    }
}
