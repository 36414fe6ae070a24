package dev.caravan.http;

import dev.caravan.config.Hosts;
import dev.caravan.config.Settings;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/**
 * Keeps web pages of somebody else from driving the hub (DESIGN §5).
 *
 * <p>The {@code Host} header must name this machine, or a page could give its own name the address 127.0.0.1 and would be its own origin
 * here. The {@code Origin} header, where present, must be the hub itself or allowed by setting; a hub on loopback also takes pages of
 * loopback and {@code null} (pages opened from disk). What asks for a WebSocket is a request like every other here.
 */
final class HostGuard implements Handler<RoutingContext> {

    private final Settings.Server settings;
    private final Origins origins;

    HostGuard(Settings.Server settings, Origins origins) {
        this.settings = settings;
        this.origins = origins;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        Optional<String> host = Optional.ofNullable(request.authority()).map(authority -> Origins.bare(authority.host()));
        if (host.isEmpty() || !hostAllowed(host.get())) {
            Details.answer(
                    context, 403, "Host '" + shown(host.orElse("")) + "' is not allowed: add it with --allowed-hosts");
        } else if (origins.of(request) == Origins.Standing.FOREIGN) {
            Details.answer(
                    context, 403, "Origin '" + shown(request.getHeader("Origin")) + "' is not allowed: add it with --allowed-origins");
        } else {
            context.next();
        }
    }

    private boolean hostAllowed(String host) {
        return Hosts.isLoopbackName(host)
                || host.equals(Origins.bare(settings.host()))
                || settings.allowedHosts().contains(host)
                // A hub open to the network is reached by its addresses, and an address cannot be given to somebody else's name.
                || (!origins.onLoopback() && isAddress(host));
    }

    private static boolean isAddress(String host) {
        return host.matches("\\d{1,3}(\\.\\d{1,3}){3}") || host.matches("[0-9a-f:.]*:[0-9a-f:.]*");
    }

    private static String shown(String header) {
        return header.length() > 100 ? header.substring(0, 100) : header;
    }
}
