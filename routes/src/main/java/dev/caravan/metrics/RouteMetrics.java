package dev.caravan.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.api.management.mbean.ManagedRouteMBean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What Camel counts of its routes anyway, read when somebody scrapes: no exchange pays for it. */
final class RouteMetrics {

    private static final Logger LOG = LoggerFactory.getLogger(RouteMetrics.class);

    private final CamelContext camel;

    RouteMetrics(CamelContext camel) {
        this.camel = camel;
    }

    List<Scraped> families() {
        return List.of(
                Scraped.counter("caravan_route_exchanges", "Exchanges of a route that ended well or failed", this::exchanges),
                Scraped.gauge("caravan_route_inflight_exchanges", "Exchanges that are in a route now",
                        () -> each(ManagedRouteMBean::getExchangesInflight)),
                Scraped.gauge("caravan_route_mean_processing_seconds", "Mean time an exchange spent in a route since it was started",
                        () -> each(route -> route.getMeanProcessingTime() / 1000.0)),
                Scraped.gauge("caravan_route_last_processing_seconds", "Time the last exchange spent in a route",
                        () -> each(route -> route.getLastProcessingTime() / 1000.0)));
    }

    private List<Scraped.Row> exchanges() {
        List<Scraped.Row> rows = new ArrayList<>();
        forEach((id, route) -> {
            rows.add(Scraped.Row.of(route.getExchangesCompleted(), "route", id, "outcome", "completed"));
            rows.add(Scraped.Row.of(route.getExchangesFailed(), "route", id, "outcome", "failed"));
        });
        return rows;
    }

    private List<Scraped.Row> each(ToDoubleFunction<ManagedRouteMBean> value) {
        List<Scraped.Row> rows = new ArrayList<>();
        // Camel says -1 of a route that has not processed anything.
        forEach((id, route) -> rows.add(Scraped.Row.of(Math.max(0, value.applyAsDouble(route)), "route", id)));
        return rows;
    }

    private interface Use {
        void of(String id, ManagedRouteMBean route);
    }

    private void forEach(Use use) {
        ManagedCamelContext managed = camel.getCamelContextExtension().getContextPlugin(ManagedCamelContext.class);
        if (managed == null) {
            return;
        }
        for (Route route : camel.getRoutes()) {
            try {
                ManagedRouteMBean bean = managed.getManagedRoute(route.getRouteId());
                if (bean != null) {
                    use.of(route.getRouteId(), bean);
                }
            } catch (RuntimeException e) {
                LOG.debug("{} was removed a moment ago", route.getRouteId(), e);
            }
        }
    }
}
