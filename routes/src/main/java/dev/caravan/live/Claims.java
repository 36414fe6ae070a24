package dev.caravan.live;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.model.Model;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;

/**
 * Names that must not be given twice: what a file has of them, or the hub itself.
 *
 * @param routes ids of routes
 * @param nodes  ids that authors gave to steps
 * @param beans  names of beans
 * @param paths  requests that are answered
 */
record Claims(Set<String> routes, Set<String> nodes, Set<String> beans, List<HttpPath> paths) {

    /** What the hub answers besides its routes, now or with other settings; nobody shall find it taken after an update. */
    private static final List<HttpPath> HUBS_OWN = Stream.concat(
                    Stream.of("/api", "/health", "/docs", "/redoc", "/openapi.json", "/metrics", "/hawtio", "/jolokia", "/js")
                            .map(HttpPath::everything),
                    Stream.of(HttpPath.of("/", null)))
            .toList();

    /** Of the hub, before any file is loaded. */
    static Claims ofHub(CamelContext hub) {
        Collection<RouteDefinition> routes = hub.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions();
        Stream<HttpPath> served = hub.getComponent("platform-http", PlatformHttpComponent.class).getHttpEndpoints().stream()
                .map(endpoint -> HttpPath.of(endpoint.getUri(), endpoint.getVerbs()));
        return new Claims(
                routes.stream().map(RouteDefinition::getId).collect(Collectors.toSet()),
                nodes(routes),
                Set.copyOf(hub.getRegistry().findByTypeWithName(Object.class).keySet()),
                Stream.concat(HUBS_OWN.stream(), served).toList());
    }

    static Set<String> nodes(Collection<RouteDefinition> routes) {
        Set<String> ids = new HashSet<>();
        routes.forEach(route -> ids.addAll(ProcessorDefinitionHelper.gatherAllNodeIds(route, new ArrayList<>(), true, false)));
        return ids;
    }

    /**
     * @param whose of the others, in words: {@code the hub} or a file's name
     * @throws RouteFileException when the file wants what somebody else has
     */
    void check(RouteFile file, Claims others, String whose) throws RouteFileException {
        for (String id : routes) {
            if (others.routes.contains(id)) {
                throw RouteFileException.at(
                        file.lineOf(id::equals), "route id '" + id + "' is taken by " + whose + ": choose another");
            }
        }
        for (String id : nodes) {
            if (others.nodes.contains(id)) {
                throw RouteFileException.at(file.lineOf(id::equals), "id '" + id + "' is taken by a step of " + whose + ": choose another");
            }
        }
        for (String bean : beans) {
            if (others.beans.contains(bean)) {
                throw RouteFileException.at(
                        file.lineOf(bean::equals), "bean '" + bean + "' is taken by " + whose + ": choose another name");
            }
        }
        for (HttpPath path : paths) {
            for (HttpPath taken : others.paths) {
                if (path.meets(taken)) {
                    throw RouteFileException.at(
                            path.lineIn(file),
                            "path " + path.path() + " meets " + taken.path() + (taken.below() ? " and below" : "") + " of " + whose
                                    + ": choose another");
                }
            }
        }
    }

    /** @throws RouteFileException when a route is named as only the hub's are */
    void checkReserved(RouteFile file) throws RouteFileException {
        for (String id : routes) {
            for (String reserved : Builders.RESERVED) {
                if (id.startsWith(reserved)) {
                    throw RouteFileException.at(
                            file.lineOf(id::equals),
                            "route id '" + id + "' begins with '" + reserved + "' as only the hub's own do: choose another");
                }
            }
        }
    }
}
