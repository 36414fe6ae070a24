package dev.caravan.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import javax.management.Attribute;
import javax.management.JMException;
import javax.management.MBeanServer;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.spi.ManagementAgent;
import org.apache.camel.spi.ManagementObjectNameStrategy;
import org.apache.camel.spi.ManagementStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Camel counts of its routes anyway, read when somebody scrapes: no exchange pays for it. There are a hundred routes, so each is asked
 * once for all its figures, at its MBean: the typed proxies that Camel offers for it cost twice the time.
 */
final class RouteMetrics implements MultiCollector {

    private static final Logger LOG = LoggerFactory.getLogger(RouteMetrics.class);

    private static final String COMPLETED = "ExchangesCompleted";
    private static final String FAILED = "ExchangesFailed";
    private static final String INFLIGHT = "ExchangesInflight";
    private static final String MEAN_MS = "MeanProcessingTime";
    private static final String LAST_MS = "LastProcessingTime";
    private static final String[] ASKED = {COMPLETED, FAILED, INFLIGHT, MEAN_MS, LAST_MS};

    private final CamelContext camel;

    /** The series of one scrape, by family. */
    private static final class Rows {
        private final List<Scraped.Row> exchanges = new ArrayList<>();
        private final List<Scraped.Row> inflight = new ArrayList<>();
        private final List<Scraped.Row> mean = new ArrayList<>();
        private final List<Scraped.Row> last = new ArrayList<>();

        void add(String route, String attribute, double value) {
            // Camel says -1 of a route that has not processed anything.
            double known = Math.max(0, value);
            switch (attribute) {
                case COMPLETED -> exchanges.add(Scraped.Row.of(known, "route", route, "outcome", "completed"));
                case FAILED -> exchanges.add(Scraped.Row.of(known, "route", route, "outcome", "failed"));
                case INFLIGHT -> inflight.add(Scraped.Row.of(known, "route", route));
                case MEAN_MS -> mean.add(Scraped.Row.of(known / 1000, "route", route));
                case LAST_MS -> last.add(Scraped.Row.of(known / 1000, "route", route));
                default -> throw new IllegalArgumentException(attribute);
            }
        }

        List<Scraped> families() {
            return List.of(
                    Scraped.counter("caravan_route_exchanges", "Exchanges of a route that ended well or failed", () -> exchanges),
                    Scraped.gauge("caravan_route_inflight_exchanges", "Exchanges that are in a route now", () -> inflight),
                    Scraped.gauge("caravan_route_mean_processing_seconds",
                            "Mean time an exchange spent in a route since it was started", () -> mean),
                    Scraped.gauge("caravan_route_last_processing_seconds", "Time the last exchange spent in a route", () -> last));
        }
    }

    RouteMetrics(CamelContext camel) {
        this.camel = camel;
    }

    @Override
    public List<String> getPrometheusNames() {
        return new Rows().families().stream().map(Scraped::name).toList();
    }

    @Override
    public MetricSnapshots collect() {
        Rows rows = new Rows();
        ManagementStrategy management = camel.getManagementStrategy();
        ManagementAgent agent = management == null ? null : management.getManagementAgent();
        // Without JMX nobody counts.
        if (agent != null && agent.getMBeanServer() != null) {
            for (Route route : camel.getRoutes()) {
                ask(route, agent.getMBeanServer(), management.getManagementObjectNameStrategy(), rows);
            }
        }
        return new MetricSnapshots(rows.families().stream().map(Scraped::collect).toList());
    }

    private static void ask(Route route, MBeanServer server, ManagementObjectNameStrategy names, Rows rows) {
        try {
            for (Attribute found : server.getAttributes(names.getObjectNameForRoute(route), ASKED).asList()) {
                if (found.getValue() instanceof Number value) {
                    rows.add(route.getRouteId(), found.getName(), value.doubleValue());
                }
            }
        } catch (JMException | RuntimeException e) {
            LOG.debug("{} was removed a moment ago", route.getRouteId(), e);
        }
    }
}
