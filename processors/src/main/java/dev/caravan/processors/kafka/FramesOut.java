package dev.caravan.processors.kafka;

import dev.caravan.inference.frame.Frame;
import dev.caravan.processors.EpochMicros;
import dev.caravan.processors.TraceContext;
import dev.caravan.processors.session.Exit;
import dev.caravan.processors.session.SessionObserver;
import dev.caravan.processors.session.SessionTracer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.apache.camel.Exchange;
import org.apache.camel.component.kafka.KafkaConstants;

/**
 * Which generated frames go to {@code caravan.frames.out}: those of sessions that want it, no more a second than the cap, and only while
 * there is room on the way. Thread-safe.
 */
public final class FramesOut {

    private static final int SESSIONS = 1_024;

    private final Predicate<String> wanted;
    private final long intervalNanos;
    private final Outlet outlet;
    private final LongSupplier nanos;
    private final InstantSource clock;
    private final SessionObserver observer;

    /** When the next frame of a session is due; of many sessions the last ones are remembered. */
    private final Map<String, Long> due = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > SESSIONS;
        }
    };

    /**
     * @param wanted   whether the session of that id wants its frames in Kafka
     * @param fpsCap   frames per second and session at most; 0 sends all
     * @param clock    tells how long frames took from their arrival
     * @param observer told of those that Kafka has
     */
    FramesOut(
            Predicate<String> wanted, double fpsCap, Outlet outlet, LongSupplier nanos, InstantSource clock, SessionObserver observer) {
        this.clock = clock;
        this.observer = observer;
        this.wanted = wanted;
        this.intervalNanos = fpsCap <= 0 ? 0 : (long) (Duration.ofSeconds(1).toNanos() / fpsCap);
        this.outlet = outlet;
        this.nanos = nanos;
    }

    /** Lets a frame go on that is to be sent; anything else goes no further on its route. */
    public void admit(Exchange exchange) {
        if (!(exchange.getMessage().getBody() instanceof Frame frame)
                || !wanted.test(frame.sessionId())
                || !isDue(frame.sessionId())) {
            exchange.setRouteStop(true);
            return;
        }
        SessionTracer.Departure departure = observer.tracer().leaving(Exit.KAFKA, frame);
        if (outlet.admit(exchange, outcome(frame, departure))) {
            exchange.getMessage().setHeader(KafkaConstants.KEY, frame.sessionId());
            departure.context().ifPresent(context -> exchange.getMessage().setHeader(TraceContext.HEADER, context.toString()));
        } else {
            departure.lost("no room on the way to Kafka");
        }
    }

    /** Keeps numbers of the frame, not the frame: its pixels need not wait for Kafka. */
    private Outlet.Outcome outcome(Frame frame, SessionTracer.Departure departure) {
        String session = frame.sessionId();
        long sequence = frame.sequence();
        long arrived = frame.arrivedMicros();
        return new Outlet.Outcome() {
            @Override
            public void arrived() {
                observer.sent(Exit.KAFKA, session, sequence, Math.max(0, EpochMicros.now(clock) - arrived));
                departure.sent();
            }

            @Override
            public void lost() {
                departure.lost("Kafka did not take it");
            }
        };
    }

    private synchronized boolean isDue(String session) {
        if (intervalNanos == 0) {
            return true;
        }
        long now = nanos.getAsLong();
        long next = due.getOrDefault(session, now);
        // A quarter early counts as due: frames that come at the very rate of the cap jitter around it, and halving it would be wrong.
        if (now - next < -intervalNanos / 4) {
            return false;
        }
        due.put(session, Math.max(next, now - intervalNanos) + intervalNanos);
        return true;
    }
}
