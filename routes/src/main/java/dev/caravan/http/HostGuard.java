package dev.caravan.http;

import dev.caravan.config.Hosts;
import dev.caravan.config.Settings;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages of somebody else from driving the hub (DESIGN §5).
 *
 * <p>The {@code Host} header must name this machine, or a page could give its own name the address 127.0.0.1 and would be its own origin
 * here. The {@code Origin} header, where present, must be loopback, {@code null} (pages opened from disk), the hub itself, or allowed by
 * setting.
 */
final class HostGuard implements Handler<RoutingContext> {

    private final Settings.Server settings;

    HostGuard(Settings.Server settings) {
        this.settings = settings;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        Optional<String> host = Optional.ofNullable(request.authority()).map(authority -> bare(authority.host()));
        if (host.isEmpty() || !hostAllowed(host.get())) {
            Details.answer(
                    context, 403, "Host '" + shown(host.orElse("")) + "' is not allowed: add it with --allowed-hosts");
            return;
        }
        String origin = request.getHeader("Origin");
        if (origin != null && !originAllowed(origin, request.getHeader("Host"))) {
            Details.answer(
                    context, 403, "Origin '" + shown(origin) + "' is not allowed: add it with --allowed-origins");
            return;
        }
        context.next();
    }

    private boolean hostAllowed(String host) {
        return Hosts.isLoopbackName(host)
                || host.equals(bare(settings.host()))
                || settings.allowedHosts().contains(host)
                // A hub open to the network is reached by its addresses, and an address cannot be given to somebody else's name.
                || (!Hosts.isLoopbackName(bare(settings.host())) && isAddress(host));
    }

    private boolean originAllowed(String origin, @Nullable String host) {
        String lower = origin.toLowerCase(Locale.ROOT);
        if (lower.equals("null")
                || settings.allowedOrigins().contains("*")
                || settings.allowedOrigins().contains(lower)) {
            return true;
        }
        try {
            URI uri = new URI(lower);
            if (uri.getHost() == null) {
                return false;
            }
            return Hosts.isLoopbackName(bare(uri.getHost())) || uri.getAuthority().equalsIgnoreCase(host);
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static String bare(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.startsWith("[") && lower.endsWith("]") ? lower.substring(1, lower.length() - 1) : lower;
    }

    private static boolean isAddress(String host) {
        return host.matches("\\d{1,3}(\\.\\d{1,3}){3}") || host.matches("[0-9a-f:.]*:[0-9a-f:.]*");
    }

    private static String shown(String header) {
        return header.length() > 100 ? header.substring(0, 100) : header;
    }
}
