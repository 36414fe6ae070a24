package dev.caravan.processors.kafka;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * A bounded way out to Kafka: at most so many records are on their way at once, the newest are dropped and counted beyond that. A broker
 * that is away thus costs records, never memory and never a session's time. Thread-safe.
 */
final class Outlet {

    /** Exchange property that a route's error handling sets: the record is lost. */
    static final String LOST = "CaravanKafkaLost";

    /** What became of a record that had room. One of the two is called, once. */
    interface Outcome {

        /** Kafka has it. */
        void arrived();

        default void lost() {}
    }

    private final String name;
    private final int limit;
    private final Counts counts;
    private final AtomicInteger onTheWay = new AtomicInteger();

    Outlet(String name, int limit, Counts counts) {
        this.name = name;
        this.limit = limit;
        this.counts = counts;
    }

    /**
     * Takes room for the exchange until it is done, wherever that happens. Without room it goes no further on its route.
     *
     * @return whether there was room
     */
    boolean admit(Exchange exchange) {
        return admit(exchange, () -> {});
    }

    /** The same, for somebody who wants to know what becomes of it. */
    boolean admit(Exchange exchange, Outcome outcome) {
        if (onTheWay.incrementAndGet() > limit) {
            onTheWay.decrementAndGet();
            counts.add(name + "_dropped");
            exchange.setRouteStop(true);
            return false;
        }
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                onTheWay.decrementAndGet();
                if (done.getException() == null && done.getProperty(LOST) == null) {
                    counts.add(name);
                    outcome.arrived();
                } else {
                    counts.add(name + "_lost");
                    outcome.lost();
                }
            }

            @Override
            public boolean allowHandover() {
                // The record is on its way until Kafka has it, not until it is in the next queue.
                return true;
            }
        });
        return true;
    }

    int onTheWay() {
        return onTheWay.get();
    }
}
