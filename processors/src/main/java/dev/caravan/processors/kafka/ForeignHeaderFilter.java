package dev.caravan.processors.kafka;

import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Keeps headers from outside away from the names that steer Camel, camel-kafka and the hub, whatever their case: an exchange's header
 * map ignores case, so {@code KAFKA.override_topic} of an HTTP client would pick the topic of a later {@code kafka:} step
 * (CVE-2026-49098). Put over the filter a component uses already; everything else is decided by that one.
 *
 * <p>Installed on whole components, so it holds for user routes too. A route that names a {@code headerFilterStrategy} of its own on an
 * endpoint takes this over; route authors are trusted (DESIGN §5).
 */
public final class ForeignHeaderFilter implements HeaderFilterStrategy {

    /** The last one names the saga that an exchange takes part in (CVE-2026-85312). */
    private static final String[] STEERING = {"camel", "kafka.", "org.apache.camel.", "org.apache.kafka.", "long-running-action"};

    /** The hub's own headers in exchanges, written CaravanX. What our Kafka records carry is written caravan-x and comes in. */
    private static final String OWN = "caravan";

    private final HeaderFilterStrategy base;

    private ForeignHeaderFilter(HeaderFilterStrategy base) {
        this.base = base;
    }

    public static ForeignHeaderFilter over(HeaderFilterStrategy base) {
        return new ForeignHeaderFilter(base);
    }

    /** Whether a header of that name would steer something. */
    static boolean steers(String name) {
        for (String prefix : STEERING) {
            if (startsWith(name, prefix)) {
                return true;
            }
        }
        return startsWith(name, OWN) && !startsWith(name, OWN + "-");
    }

    private static boolean startsWith(String name, String prefix) {
        return name.regionMatches(true, 0, prefix, 0, prefix.length());
    }

    /** Inbound: true keeps the header out. */
    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return steers(name) || base.applyFilterToExternalHeaders(name, value, exchange);
    }

    /** Outbound: what steers us is nobody else's business either. */
    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return steers(name) || base.applyFilterToCamelHeaders(name, value, exchange);
    }
}
