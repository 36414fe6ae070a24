package dev.caravan.live;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.RouteConfigurationsBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.RouteDefinition;

/** Builds a file in a context aside, to see whether it can be and what it wants to be called. Leaves nothing behind. */
final class Trial {

    private final CamelContext hub;

    Trial(CamelContext hub) {
        this.hub = hub;
    }

    /**
     * @param templates files that bring Kamelets and templates, as they run
     * @param hidden    beans of the file's old version
     * @return what the file would have
     * @throws Exception why it cannot be built; {@link Faults} words it
     */
    Claims run(RouteFile file, Collection<RouteFile> templates, Set<String> hidden) throws Exception {
        try (Scratch scratch = new Scratch(hub, hidden)) {
            try {
                return build(file, templates, scratch);
            } catch (RouteFileException e) {
                throw e;
            } catch (Exception | LinkageError | StackOverflowError e) {
                throw new RouteFileException(Faults.line(e, file, scratch));
            }
        }
    }

    private static Claims build(RouteFile file, Collection<RouteFile> templates, Scratch scratch) throws Exception {
        for (RouteFile other : templates) {
            if (!other.name().equals(file.name())) {
                // Templates only: the routes of the other file are not tried again.
                Builders.of(other, scratch).prepareModel(scratch);
            }
        }
        int before = scratch.getRouteDefinitions().size();
        RouteBuilder builder = Builders.of(file, scratch);
        if (builder instanceof RouteConfigurationsBuilder configurations) {
            scratch.addRoutesConfigurations(configurations);
        }
        builder.addRoutesToCamelContext(scratch);
        builder.addTemplatedRoutesToCamelContext(scratch);
        List<RouteDefinition> routes =
                new ArrayList<>(scratch.getRouteDefinitions().subList(before, scratch.getRouteDefinitions().size()));
        scratch.startRouteDefinitions(routes);
        scratch.buildKamelets();
        return new Claims(
                routes.stream().map(RouteDefinition::getId).collect(Collectors.toSet()),
                Claims.nodes(routes),
                file.beans(),
                scratch.built().stream().map(Route::getEndpoint).flatMap(from -> HttpPath.taken(from).stream()).toList());
    }
}
