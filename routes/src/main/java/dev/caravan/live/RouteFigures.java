package dev.caravan.live;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.api.management.mbean.ManagedRouteMBean;
import org.jspecify.annotations.Nullable;

/** What every route of the context does at the moment. */
final class RouteFigures {

    private final CamelContext camel;
    private final RouteErrors errors;

    RouteFigures(CamelContext camel, RouteErrors errors) {
        this.camel = camel;
        this.errors = errors;
    }

    /** @param files route id to the file it came with */
    List<RouteState> all(Map<String, String> files) {
        ManagedCamelContext management = camel.getCamelContextExtension().getContextPlugin(ManagedCamelContext.class);
        return camel.getRoutes().stream()
                .map(route -> state(
                        route,
                        Optional.ofNullable(files.get(route.getRouteId())),
                        management == null ? null : management.getManagedRoute(route.getRouteId())))
                .toList();
    }

    private RouteState state(Route route, Optional<String> file, @Nullable ManagedRouteMBean figures) {
        ServiceStatus status = camel.getRouteController().getRouteStatus(route.getRouteId());
        return new RouteState(
                route.getRouteId(),
                file,
                status == null ? "stopped" : status.name().toLowerCase(Locale.ROOT),
                Duration.ofMillis(route.getUptimeMillis()),
                figures == null
                        ? RouteState.Exchanges.NONE
                        : new RouteState.Exchanges(
                                figures.getExchangesTotal(),
                                figures.getExchangesCompleted(),
                                figures.getExchangesFailed(),
                                figures.getExchangesInflight()),
                Duration.ofMillis(figures == null ? 0 : Math.max(0, figures.getMeanProcessingTime())),
                errors.of(route.getRouteId()));
    }
}
