package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.NotifyBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.ExceptionHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the log says of routes that fail. */
class RouteFailuresTest {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final DefaultCamelContext camel = new DefaultCamelContext();

    @BeforeEach
    void start() throws Exception {
        RouteFailures.install(camel, now::get, (line, failure) -> log.add(line + ": " + failure.getMessage()));
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("seda:one").routeId("one").to("direct:inner");
                from("direct:inner").routeId("inner").throwException(new IllegalStateException("no"));
                from("seda:other").routeId("other").throwException(new IllegalStateException("neither"));
                from("seda:careful").routeId("careful")
                        .onException(IllegalStateException.class).handled(true).end()
                        .throwException(new IllegalStateException("never told"));
            }
        });
        camel.start();
    }

    @AfterEach
    void stop() {
        camel.stop();
    }

    private void send(String route, int times) {
        ProducerTemplate template = camel.createProducerTemplate();
        for (int i = 0; i < times; i++) {
            template.send("seda:" + route, ExchangePattern.InOut, exchange -> {});
        }
    }

    @Test
    void aRouteThatFailsForEveryFrameIsToldOnceAnIntervalWithTheNumberOfTheOthers() {
        send("one", 5);
        assertEquals(List.of("Route one failed: no"), log);
        now.set(Instant.EPOCH.plus(RouteFailures.INTERVAL));
        send("one", 2);
        assertEquals(List.of("Route one failed: no", "Route one failed, and 4 times since it was last told: no"), log);
    }

    @Test
    void aTimerDoesNotTellItOnceMoreEachTime() throws Exception {
        List<Throwable> toldByTheTimer = new CopyOnWriteArrayList<>();
        camel.getRegistry().bind("told", handler(toldByTheTimer));
        NotifyBuilder thrice = new NotifyBuilder(camel).fromRoute("ticks").whenDone(3).create();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("timer:ticks?delay=0&period=1&repeatCount=3&exceptionHandler=#told").routeId("ticks").throwException(new IllegalStateException("no"));
            }
        });
        assertTrue(thrice.matches(30, TimeUnit.SECONDS));
        assertEquals(List.of(), toldByTheTimer);
        assertEquals(List.of("Route ticks failed: no"), log);
    }

    @Test
    void everyRouteIsToldByItself() {
        send("one", 1);
        send("other", 1);
        assertEquals(List.of("Route one failed: no", "Route other failed: neither"), log);
    }

    @Test
    void whatARouteHandlesItselfIsNoNews() {
        send("careful", 1);
        assertEquals(List.of(), log);
    }

    private static ExceptionHandler handler(List<Throwable> into) {
        return new ExceptionHandler() {
            @Override
            public void handleException(Throwable exception) {
                into.add(exception);
            }

            @Override
            public void handleException(String message, Throwable exception) {
                into.add(exception);
            }

            @Override
            public void handleException(String message, Exchange exchange, Throwable exception) {
                into.add(exception);
            }
        };
    }
}
