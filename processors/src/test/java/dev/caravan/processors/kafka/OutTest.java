package dev.caravan.processors.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.TraceContext;
import dev.caravan.processors.session.Exit;
import dev.caravan.processors.session.SessionEvent;
import dev.caravan.processors.session.SessionObserver;
import dev.caravan.processors.session.SessionTracer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.UnitOfWorkHelper;
import org.junit.jupiter.api.Test;

/** What leaves for Kafka: wanted, capped, bounded. */
class OutTest {

    private final CamelContext camel = new DefaultCamelContext();
    private final Counts counts = new Counts();
    private long nanos;

    @Test
    void onlyFramesOfSessionsThatWantItLeave() {
        FramesOut out = new FramesOut("wants"::equals, 0, outlet(10), () -> nanos, InstantSource.system(), SessionObserver.NONE);
        assertTrue(leaves(out, frame("wants")));
        assertFalse(leaves(out, frame("other")));
        assertFalse(leaves(out, "an event"));
    }

    @Test
    void theCapHalvesSixtyAndLeavesAJitteringThirtyAlone() {
        FramesOut out = new FramesOut(s -> true, 30, outlet(1_000), () -> nanos, InstantSource.system(), SessionObserver.NONE);
        int left = 0;
        for (int i = 0; i < 120; i++) {
            nanos = i * 1_000_000_000L / 60;
            left += leaves(out, frame("sixty")) ? 1 : 0;
        }
        assertEquals(60, left);
        left = 0;
        for (int i = 0; i < 60; i++) {
            long jitter = (i % 3 - 1) * 4_000_000L;
            nanos = 10_000_000_000L + i * 1_000_000_000L / 30 + jitter;
            left += leaves(out, frame("thirty")) ? 1 : 0;
        }
        assertEquals(60, left);
    }

    @Test
    void theNewestAreDroppedAndCountedWhileTheWayIsFull() {
        FramesOut out = new FramesOut(s -> true, 0, outlet(2), () -> nanos, InstantSource.system(), SessionObserver.NONE);
        List<Exchange> onTheWay = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Exchange exchange = exchange(frame("s"));
            out.admit(exchange);
            if (!exchange.isRouteStop()) {
                onTheWay.add(exchange);
            }
        }
        assertEquals(2, onTheWay.size());
        assertEquals(3, counts.snapshot().get("frames_out_dropped"));
        onTheWay.forEach(this::done);
        assertTrue(leaves(out, frame("s")), "there is room again");
    }

    @Test
    void whatGotLostIsCountedApartFromWhatArrived() {
        Outlet outlet = outlet(10);
        Exchange arrived = exchange("a");
        Exchange lost = exchange("b");
        outlet.admit(arrived);
        outlet.admit(lost);
        lost.setProperty(Outlet.LOST, "true");
        done(arrived);
        done(lost);
        assertEquals(Map.of("frames_out", 1L, "frames_out_lost", 1L), counts.snapshot());
        assertEquals(0, outlet.onTheWay());
    }

    @Test
    void anEventIsOneFlatJsonObjectWhoseOwnNamesCannotBeTaken() throws Exception {
        SessionEvent event = new SessionEvent(
                "s", SessionEvent.Type.APPLIED, 17, Map.of("offset", 3, "type", "forged", "parameters", Map.of("n", 1)));
        assertEquals(
                Map.of("type", "applied", "session_id", "s", "timestamp_ms", 17, "offset", 3, "parameters", Map.of("n", 1)),
                new ObjectMapper().readValue(EventsOut.json(event), Map.class));
    }

    @Test
    void whatKafkaHasIsToldWithTheTimeSinceItsInputCame() {
        List<String> told = new ArrayList<>();
        SessionObserver observer = new SessionObserver() {
            @Override
            public void sent(Exit exit, String sessionId, long sequence, long micros) {
                told.add(exit + " " + sessionId + " " + sequence + " after " + micros);
            }
        };
        FramesOut out = new FramesOut(s -> true, 0, outlet(10), () -> nanos, () -> Instant.ofEpochMilli(9), observer);
        Exchange arrives = exchange(frame("s"));
        Exchange lost = exchange(frame("s"));
        lost.setProperty(Outlet.LOST, true);
        out.admit(arrives);
        out.admit(lost);
        assertEquals(List.of(), told, "it is on its way");
        done(arrives);
        done(lost);
        assertEquals(List.of("KAFKA s 0 after 9000"), told);
    }

    @Test
    void aFrameThatIsFollowedTakesItsTraceAlongAndWhatBecomesOfItIsTold() {
        List<String> told = new ArrayList<>();
        TraceContext context = new TraceContext("1".repeat(32), "a".repeat(16), true);
        SessionObserver observer = SessionObserver.NONE.with(new SessionTracer() {
            @Override
            public Departure leaving(Exit exit, Frame frame) {
                return new Departure() {
                    @Override
                    public Optional<TraceContext> context() {
                        return Optional.of(context);
                    }

                    @Override
                    public void sent() {
                        told.add("sent");
                    }

                    @Override
                    public void lost(String why) {
                        told.add(why);
                    }
                };
            }
        });
        FramesOut out = new FramesOut(s -> true, 0, outlet(2), () -> nanos, InstantSource.system(), observer);
        Exchange arrives = exchange(frame("s"));
        Exchange lost = exchange(frame("s"));
        lost.setProperty(Outlet.LOST, true);
        out.admit(arrives);
        out.admit(lost);
        out.admit(exchange(frame("s")));
        assertEquals(context.toString(), arrives.getMessage().getHeader("traceparent"));
        done(arrives);
        done(lost);
        assertEquals(List.of("no room on the way to Kafka", "sent", "Kafka did not take it"), told);
    }

    private Outlet outlet(int limit) {
        return new Outlet("frames_out", limit, counts);
    }

    private boolean leaves(FramesOut out, Object body) {
        Exchange exchange = exchange(body);
        out.admit(exchange);
        return !exchange.isRouteStop();
    }

    private Exchange exchange(Object body) {
        Exchange exchange = new DefaultExchange(camel);
        exchange.getMessage().setBody(body);
        return exchange;
    }

    private void done(Exchange exchange) {
        UnitOfWorkHelper.doneSynchronizations(exchange, exchange.getExchangeExtension().handoverCompletions());
    }

    private static Frame frame(String session) {
        return new Frame(session, 0, 0, 0, Origin.of("pipeline:test"), new Picture.Rgb24(1, 1, new byte[3]));
    }
}
