package dev.caravan.live;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.Route;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.DefaultComponentResolver;
import org.apache.camel.impl.engine.RouteService;
import org.apache.camel.spi.BeanRepository;
import org.apache.camel.spi.ComponentResolver;
import org.apache.camel.spi.LifecycleStrategy;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.spi.PropertyConfigurer;
import org.apache.camel.spi.PropertyConfigurerGetter;
import org.apache.camel.spi.Registry;
import org.apache.camel.spi.RestConfiguration;
import org.apache.camel.support.DefaultRegistry;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.SimpleRegistry;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;

/**
 * A context in which routes are built and never run: endpoints are made and their options checked, but no consumer or producer is, so
 * nothing is bound, connected or consumed. It sees the hub's beans and properties and has components of its own that are set like the hub's.
 * Whatever it is told to bind stays in it.
 */
final class Scratch extends DefaultCamelContext {

    private final List<Route> built = new ArrayList<>();

    /** @param hidden beans of the hub that are not to be seen: those of the file's old version */
    Scratch(CamelContext hub, Set<String> hidden) {
        super(registry(hub, hidden));
        getCamelContextExtension().setName("caravan-trial");
        disableJMX();
        setApplicationContextClassLoader(hub.getApplicationContextClassLoader());
        RestConfiguration rest = new RestConfiguration();
        rest.setComponent(hub.getRestConfiguration().getComponent());
        rest.setInlineRoutes(false);
        setRestConfiguration(rest);
        getCamelContextExtension().addContextPlugin(ComponentResolver.class, (name, context) -> component(hub, name));
        getPropertiesComponent().addPropertiesSource(new PropertiesSource() {
            @Override
            public String getName() {
                return "hub";
            }

            @Override
            public @Nullable String getProperty(String name) {
                return hub.getPropertiesComponent().resolveProperty(name).orElse(null);
            }
        });
    }

    /** Every route that was built, those of Kamelets included. */
    List<Route> built() {
        return List.copyOf(built);
    }

    /** Camel would start the routes of Kamelets here, even in a context that has not started. */
    @Override
    public void startRouteService(RouteService service, boolean addingRoutes) {
        built.add(service.getRoute());
    }

    /** Builds the routes of the Kamelets that routes built so far use. */
    void buildKamelets() throws Exception {
        for (LifecycleStrategy strategy : List.copyOf(getLifecycleStrategies())) {
            strategy.onContextInitialized(this);
        }
    }

    private @Nullable Component component(CamelContext hub, String name) throws Exception {
        Component theirs = hub.hasComponent(name);
        if (theirs == null) {
            theirs = hub.getRegistry().lookupByNameAndType(name, Component.class);
        }
        return theirs == null ? new DefaultComponentResolver().resolveComponent(name, this) : like(theirs);
    }

    /** A component belongs to one context, so ours is another one with the same settings. */
    private Component like(Component theirs) {
        Component ours = getInjector().newInstance(theirs.getClass(), false);
        ours.setCamelContext(this);
        ServiceHelper.buildService(ours);
        PropertyConfigurer configurer = theirs.getComponentPropertyConfigurer();
        if (configurer instanceof PropertyConfigurerGetter getter) {
            Map<String, Object> settings = new HashMap<>();
            PluginHelper.getBeanIntrospection(this).getProperties(theirs, settings, null, false);
            settings.forEach((name, value) -> {
                if (getter.getOptionType(name, true) != null) {
                    configurer.configure(this, ours, name, value, true);
                }
            });
        }
        return ours;
    }

    private static Registry registry(CamelContext hub, Set<String> hidden) {
        SimpleRegistry own = new SimpleRegistry();
        DefaultRegistry registry = new DefaultRegistry(own, new HubBeans(hub.getRegistry(), hidden));
        registry.setFallbackRegistry(own);
        return registry;
    }

    /** The hub's beans as they are, without components, which would change hands, and without what is hidden. */
    private record HubBeans(Registry hub, Set<String> hidden) implements BeanRepository {

        @Override
        public @Nullable Object lookupByName(String name) {
            return shown(name) ? kept(hub.lookupByName(name)) : null;
        }

        @Override
        public <T> @Nullable T lookupByNameAndType(String name, Class<T> type) {
            return shown(name) ? kept(hub.lookupByNameAndType(name, type)) : null;
        }

        @Override
        public <T> Map<String, T> findByTypeWithName(Class<T> type) {
            return hub.findByTypeWithName(type).entrySet().stream()
                    .filter(bean -> shown(bean.getKey()) && kept(bean.getValue()) != null)
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        }

        @Override
        public <T> Set<T> findByType(Class<T> type) {
            return Set.copyOf(findByTypeWithName(type).values());
        }

        private boolean shown(String name) {
            return !hidden.contains(name);
        }

        private static <T> @Nullable T kept(@Nullable T bean) {
            return bean instanceof Component ? null : bean;
        }
    }
}
