package dev.caravan.live;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;

/** The last failure of each route that it did not handle itself. Costs a healthy exchange one look. Thread-safe. */
final class RouteErrors implements RoutePolicyFactory {

    /** A message made the route fail, so what is told is about the message and not about the inside of the hub. */
    private static final Pattern INSIDE = Pattern.compile("(?s)(?: on: \\w+@\\w+)?\\. (?:Caused by: |Exchange\\[).*");
    private static final Pattern PACKAGE = Pattern.compile("\\b(?:[a-z]\\w*\\.){2,}(?=[A-Z])");

    private final Map<String, Throwable> last = new ConcurrentHashMap<>();

    Optional<String> of(String routeId) {
        return Optional.ofNullable(last.get(routeId))
                .map(Faults::worded)
                .map(line -> PACKAGE.matcher(INSIDE.matcher(line).replaceFirst("")).replaceAll(""));
    }

    @Override
    public RoutePolicy createRoutePolicy(CamelContext camel, String routeId, NamedNode route) {
        return new RoutePolicySupport() {
            @Override
            public void onExchangeDone(Route of, Exchange exchange) {
                if (exchange.getException() != null) {
                    last.put(of.getRouteId(), exchange.getException());
                }
            }

            @Override
            public void onRemove(Route of) {
                last.remove(of.getRouteId());
            }
        };
    }
}
