package dev.caravan.live;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.RouteConfigurationsBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.direct.DirectEndpoint;
import org.apache.camel.component.seda.SedaEndpoint;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.RestConfiguration;
import org.apache.camel.util.StopWatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one file put into the hub's context, and the way to take exactly that out again. Used by one thread at a time. */
final class Deployment {

    private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

    /** For exchanges on their way through all routes of the file; then they are cut off. */
    private static final Duration IN_FLIGHT = Duration.ofSeconds(5);

    private final CamelContext hub;
    private final RouteFile file;
    private final Claims claims;
    private final Parts parts;

    private Deployment(CamelContext hub, RouteFile file, Claims claims, Parts parts) {
        this.hub = hub;
        this.file = file;
        this.claims = claims;
        this.parts = parts;
    }

    RouteFile file() {
        return file;
    }

    Claims claims() {
        return claims;
    }

    /** Ids in the order of the file; those of Kamelets that it uses behind them. */
    List<String> routes() {
        return parts.routes.stream().map(RouteDefinition::getId).toList();
    }

    /**
     * Adds and starts everything, or nothing.
     *
     * @throws Exception why a route cannot start; {@link Faults} words it
     */
    static Deployment install(CamelContext hub, RouteFile file, Claims claims) throws Exception {
        Parts before = Parts.of(hub);
        RestConfiguration rest = hub.getRestConfiguration();
        boolean inline = rest.isInlineRoutes();
        // Camel would weave a rest: route and the direct: route it leads to into one, across files and into the hub's own.
        rest.setInlineRoutes(false);
        try {
            RouteBuilder builder = Builders.of(file, hub);
            if (builder instanceof RouteConfigurationsBuilder configurations) {
                hub.addRoutesConfigurations(configurations);
            }
            hub.addRoutes(builder);
            hub.addTemplatedRoutes(builder);
        } catch (Exception | LinkageError e) {
            new Deployment(hub, file, claims, before.addedSince(hub)).remove();
            throw e;
        } finally {
            rest.setInlineRoutes(inline);
        }
        return new Deployment(hub, file, claims, before.addedSince(hub));
    }

    /** Stops and removes everything. Takes no longer than {@link #IN_FLIGHT} and a little; never fails half-way. */
    void remove() {
        StopWatch watch = new StopWatch();
        // Doors first, rooms behind them later: what came in may go through.
        for (boolean inner : new boolean[] {false, true}) {
            for (RouteDefinition route : parts.routes) {
                if (inner(route.getId()) == inner) {
                    quietly(() -> hub.getRouteController().stopRoute(
                            route.getId(), Math.max(1, IN_FLIGHT.toMillis() - watch.taken()), TimeUnit.MILLISECONDS));
                }
            }
        }
        Model model = model(hub);
        for (RouteDefinition route : parts.routes) {
            quietly(() -> hub.removeRoute(route.getId()));
            quietly(() -> model.removeRouteDefinition(route));
        }
        parts.rests.forEach(model.getRestDefinitions()::remove);
        parts.configurations.forEach(model.getRouteConfigurationDefinitions()::remove);
        parts.templates.forEach(model.getRouteTemplateDefinitions()::remove);
        parts.beans.forEach(model.getCustomBeans()::remove);
        file.beans().forEach(hub.getRegistry()::unbind);
    }

    private boolean inner(String routeId) {
        Route route = hub.getRoute(routeId);
        return route != null && (route.getEndpoint() instanceof DirectEndpoint || route.getEndpoint() instanceof SedaEndpoint);
    }

    private interface Step {
        void run() throws Exception;
    }

    private void quietly(Step step) {
        try {
            step.run();
        } catch (Exception e) {
            LOG.warn("A route of {} did not end cleanly: {}", Faults.oneLine(file.name()), Faults.worded(e));
        }
    }

    private static Model model(CamelContext camel) {
        return camel.getCamelContextExtension().getContextPlugin(Model.class);
    }

    /** Everything a context's model has; only one thread changes it while the hub runs. */
    private record Parts(
            List<RouteDefinition> routes, List<?> rests, List<?> configurations, List<?> templates, List<?> beans) {

        static Parts of(CamelContext camel) {
            Model model = model(camel);
            return new Parts(
                    List.copyOf(model.getRouteDefinitions()),
                    List.copyOf(model.getRestDefinitions()),
                    List.copyOf(model.getRouteConfigurationDefinitions()),
                    List.copyOf(model.getRouteTemplateDefinitions()),
                    List.copyOf(model.getCustomBeans()));
        }

        Parts addedSince(CamelContext camel) {
            Parts now = of(camel);
            return new Parts(
                    without(now.routes, routes),
                    without(now.rests, rests),
                    without(now.configurations, configurations),
                    without(now.templates, templates),
                    without(now.beans, beans));
        }

        private static <T> List<T> without(Collection<T> now, Collection<?> before) {
            Set<Object> known = Collections.newSetFromMap(new IdentityHashMap<>());
            known.addAll(before);
            return now.stream().filter(one -> !known.contains(one)).toList();
        }
    }
}
