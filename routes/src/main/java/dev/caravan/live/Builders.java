package dev.caravan.live;

import dev.caravan.live.FileState.Kind;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.dsl.support.RouteBuilderLoaderSupport;
import org.apache.camel.dsl.yaml.KameletRoutesBuilderLoader;
import org.apache.camel.dsl.yaml.YamlRoutesBuilderLoader;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.TemplatedRouteDefinition;
import org.apache.camel.model.rest.RestDefinition;
import org.apache.camel.model.rest.VerbDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;

/** Camel's builder of a file, for one context. Routes get their ids when it configures itself. */
final class Builders {

    /** Of the hub's own routes, now or after the next change of its settings. */
    static final Set<String> RESERVED = Set.of("api-", "webrtc-", "kafka-");

    private Builders() {}

    static RouteBuilder of(RouteFile file, CamelContext context) throws Exception {
        // A loader of its own each time: a shared one remembers files that failed half-way.
        RouteBuilderLoaderSupport loader =
                file.kind() == Kind.KAMELET ? new KameletRoutesBuilderLoader() : new YamlRoutesBuilderLoader();
        loader.setCamelContext(context);
        ServiceHelper.startService(loader);
        // By its name alone: the folder is nobody's business who reads an error.
        Resource resource = ResourceHelper.fromBytes(file.name(), file.bytes());
        loader.preParseRoute(resource);
        RouteBuilder builder = (RouteBuilder) loader.loadRoutesBuilder(resource);
        builder.addLifecycleInterceptor(new RouteBuilderLifecycleStrategy() {
            @Override
            public void afterConfigure(RouteBuilder configured) {
                giveIds(configured, stem(file));
            }
        });
        return builder;
    }

    private static String stem(RouteFile file) {
        String stem = file.stem();
        return RESERVED.stream().anyMatch(stem::startsWith) ? "file-" + stem : stem;
    }

    /** The same for the same file, so that figures and links go on meaning the same route. */
    private static void giveIds(RouteBuilder builder, String stem) {
        Set<String> taken = new HashSet<>();
        builder.getRouteCollection().getRoutes().forEach(route -> taken.add(route.getId()));
        Ids ids = new Ids(stem, taken);
        for (RouteDefinition route : builder.getRouteCollection().getRoutes()) {
            ids.give(route.getId(), route::setId);
        }
        for (TemplatedRouteDefinition route : builder.getTemplatedRouteCollection().getTemplatedRoutes()) {
            ids.give(route.getRouteId(), route::setRouteId);
        }
        for (RestDefinition rest : builder.getRestCollection().getRests()) {
            for (VerbDefinition verb : rest.getVerbs()) {
                ids.give(verb.getId(), verb::setId);
            }
        }
    }

    private static final class Ids {

        private final String stem;
        private final Set<String> taken;
        private int next = 1;

        Ids(String stem, Set<String> taken) {
            this.stem = stem;
            this.taken = taken;
        }

        void give(@Nullable String id, Consumer<String> setter) {
            if (id != null) {
                return;
            }
            String free;
            do {
                free = stem + "-" + next++;
            } while (!taken.add(free));
            setter.accept(free);
        }
    }
}
