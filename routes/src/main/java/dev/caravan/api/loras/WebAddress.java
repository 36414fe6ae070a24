package dev.caravan.api.loras;

import dev.caravan.api.ApiError;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Addresses that clients write, and what may be kept of them. */
final class WebAddress {

    private static final int LONGEST = 4096;
    /** Names of query parameters that carry a token, a password or a signature that is as good as one. */
    private static final Pattern SECRET = Pattern.compile("(?i).*(token|key|secret|sign|sig|auth|passw|credential|session).*");

    private WebAddress() {}

    /** An address of {@code http} or {@code https} with a host and without a login; empty for anything else. */
    static Optional<URI> parse(String text) {
        String given = text.strip();
        if (given.length() > LONGEST || !given.chars().allMatch(c -> c > ' ' && c != 0x7f)) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(new URI(given).toASCIIString());
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            boolean web = scheme.equals("https") || scheme.equals("http");
            boolean whole = uri.getHost() != null && uri.getRawUserInfo() == null && uri.getPort() != 0 && uri.getPort() <= 65535;
            return web && whole ? Optional.of(withoutFragment(uri)) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /** Lower case. */
    static String host(URI uri) {
        return uri.getHost().toLowerCase(Locale.ROOT);
    }

    static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    static boolean isSecure(URI uri) {
        return "https".equalsIgnoreCase(uri.getScheme());
    }

    /** Whether both are on the same server, by scheme, host and port. */
    static boolean sameOrigin(URI one, URI other) {
        return one.getHost() != null
                && other.getHost() != null
                && String.valueOf(one.getScheme()).equalsIgnoreCase(other.getScheme())
                && host(one).equals(host(other))
                && port(one) == port(other);
    }

    /** The value of a query parameter. */
    static Optional<String> query(URI uri, String name) {
        return uri.getRawQuery() == null
                ? Optional.empty()
                : Arrays.stream(uri.getRawQuery().split("&"))
                        .filter(pair -> pair.startsWith(name + "="))
                        .map(pair -> decode(pair.substring(name.length() + 1)))
                        .findFirst();
    }

    static URI withQuery(URI uri, String name, String value) {
        String text = uri.toString();
        return URI.create(text + (uri.getRawQuery() == null ? "?" : "&") + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
    }

    /** Name at the end of the path, decoded. */
    static Optional<String> lastName(URI uri) {
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        return Optional.of(decode(path.substring(path.lastIndexOf('/') + 1).replace("+", "%2B"))).filter(name -> !name.isEmpty());
    }

    /** A path as it stands in an address; slashes stay. */
    static String encoded(String path) {
        return Arrays.stream(path.split("/", -1))
                .map(name -> URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
    }

    static String decode(String raw) {
        try {
            return URLDecoder.decode(raw, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ApiError.badRequest("The address is not percent-encoded correctly");
        }
    }

    /** What may be kept and shown: no login, no parameter that may be a secret; nothing of what is no address. */
    static String withoutSecrets(String text) {
        Optional<URI> uri = parse(text);
        if (uri.isEmpty()) {
            return "";
        }
        String whole = uri.get().toString();
        String query = uri.get().getRawQuery();
        if (query == null) {
            return whole;
        }
        String kept = Arrays.stream(query.split("&"))
                .filter(pair -> !SECRET.matcher(pair.split("=", 2)[0]).matches())
                .collect(Collectors.joining("&"));
        String bare = whole.substring(0, whole.indexOf('?'));
        return kept.isEmpty() ? bare : bare + "?" + kept;
    }

    private static URI withoutFragment(URI uri) {
        String text = uri.toString();
        int fragment = text.indexOf('#');
        return fragment < 0 ? uri : URI.create(text.substring(0, fragment));
    }
}
