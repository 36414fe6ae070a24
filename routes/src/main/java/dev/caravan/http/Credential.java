package dev.caravan.http;

import dev.caravan.http.Origins.Standing;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a request shows to say who calls. Never logged: its texts are secrets. */
sealed interface Credential {

    /** Name of the query parameter for what cannot send headers: WebSockets, event streams, picture elements (RFC 6750 §2.3). */
    String QUERY = "access_token";

    /** The console's cookie. */
    String COOKIE = "caravan-console";

    /** Where browsers send it: not to the API, which has other doors. */
    String COOKIE_PATH = "/hawtio";

    /** Nothing. */
    record None() implements Credential {}

    /** Something that is no token, or more than one: nobody guesses which is meant. */
    record Unclear() implements Credential {}

    /** A token, by header or query. */
    record Token(String text) implements Credential {

        @Override
        public String toString() {
            return "***";
        }
    }

    /** The id of a login at the console. */
    record Login(String id) implements Credential {

        @Override
        public String toString() {
            return "***";
        }
    }

    /** Reads what a request shows. @param path normalised */
    static Credential of(HttpServerRequest request, String path, Standing origin) {
        List<String> headers = request.headers().getAll("Authorization");
        List<String> queries = reads(request) ? queries(request) : List.of();
        if (headers.size() + queries.size() > 1) {
            return new Unclear();
        }
        if (!headers.isEmpty()) {
            return ofHeader(headers.getFirst().strip(), origin);
        }
        if (!queries.isEmpty()) {
            return new Token(queries.getFirst());
        }
        return cookie(request, path, origin);
    }

    private static Credential ofHeader(String header, Standing origin) {
        if (header.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return new Token(header.substring(7).strip());
        }
        // A browser remembers passwords and sends them with whatever a page asks for.
        if (header.regionMatches(true, 0, "Basic ", 0, 6) && origin != Standing.ANYBODY) {
            return password(header.substring(6).strip()).<Credential>map(Token::new).orElse(new Unclear());
        }
        return new Unclear();
    }

    /** The user name says nothing: the token does. */
    private static Optional<String> password(String encoded) {
        try {
            String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return colon < 0 ? Optional.empty() : Optional.of(pair.substring(colon + 1));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A cookie comes along whoever makes a browser ask, other ports of this host included. So only the hub's own pages have one. */
    private static Credential cookie(HttpServerRequest request, String path, Standing origin) {
        boolean console = path.equals(COOKIE_PATH) || path.startsWith(COOKIE_PATH + "/");
        String site = request.getHeader("Sec-Fetch-Site");
        boolean own = (origin == Standing.NONE || origin == Standing.OWN)
                && (site == null || site.equals("same-origin") || site.equals("none"));
        Cookie cookie = console && own ? request.getCookie(COOKIE) : null;
        return cookie == null ? new None() : new Login(cookie.getValue());
    }

    private static boolean reads(HttpServerRequest request) {
        return request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
    }

    private static List<String> queries(HttpServerRequest request) {
        return parameters(request).filter(Credential::isToken).map(Credential::value).toList();
    }

    /** The address of a request without tokens, for whoever reads it next. */
    static String withoutToken(HttpServerRequest request) {
        String rest = parameters(request).filter(parameter -> !isToken(parameter)).collect(Collectors.joining("&"));
        return rest.isEmpty() ? request.path() : request.path() + "?" + rest;
    }

    private static Stream<String> parameters(HttpServerRequest request) {
        return request.query() == null ? Stream.empty() : Arrays.stream(request.query().split("&"));
    }

    private static boolean isToken(String parameter) {
        return decode(parameter.split("=", 2)[0]).equals(QUERY);
    }

    private static String value(String parameter) {
        String[] pair = parameter.split("=", 2);
        return pair.length == 2 ? decode(pair[1]) : "";
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
