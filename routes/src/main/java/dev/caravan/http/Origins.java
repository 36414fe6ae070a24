package dev.caravan.http;

import dev.caravan.config.Hosts;
import dev.caravan.config.Settings;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** How far the hub trusts the web page that a request comes from, by its {@code Origin} header. */
final class Origins {

    /** From nobody's page to somebody else's. */
    enum Standing {
        /** No page, or one that is not asked to say so. */
        NONE,
        /** The hub's own page. */
        OWN,
        /** Named by setting; on loopback also other pages of this machine. */
        TRUSTED,
        /** Let in by {@code *} alone: with a token it sends itself, never with what a browser adds unasked. */
        ANYBODY,
        FOREIGN
    }

    private final Settings.Server settings;
    private final boolean loopback;

    Origins(Settings.Server settings) {
        this.settings = settings;
        loopback = Hosts.isLoopbackName(bare(settings.host()));
    }

    /** Whether the hub can be reached from this machine only. */
    boolean onLoopback() {
        return loopback;
    }

    Standing of(HttpServerRequest request) {
        String origin = request.getHeader("Origin");
        if (origin == null) {
            return Standing.NONE;
        }
        String lower = origin.toLowerCase(Locale.ROOT);
        if (request.authority() != null && authority(lower).equals(request.authority().toString().toLowerCase(Locale.ROOT))) {
            return Standing.OWN;
        }
        if (settings.allowedOrigins().contains(lower) || (loopback && ofThisMachine(lower))) {
            return Standing.TRUSTED;
        }
        return settings.allowedOrigins().contains("*") ? Standing.ANYBODY : Standing.FOREIGN;
    }

    /** {@code null} is what pages opened from disk send; so do sandboxed ones, which is why it counts on loopback only. */
    private static boolean ofThisMachine(String origin) {
        String host = authority(origin).replaceFirst(":\\d+$", "");
        return origin.equals("null") || Hosts.isLoopbackName(bare(host));
    }

    /** {@code host:port} as the origin writes it; empty when it is no web origin. */
    private static String authority(String origin) {
        try {
            URI uri = new URI(origin);
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            return web && uri.getHost() != null && uri.getUserInfo() == null ? uri.getAuthority() : "";
        } catch (URISyntaxException e) {
            return "";
        }
    }

    /** A host in lower case and without the brackets of an IPv6 address. */
    static String bare(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.startsWith("[") && lower.endsWith("]") ? lower.substring(1, lower.length() - 1) : lower;
    }
}
