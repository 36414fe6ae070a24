package dev.caravan.live;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.Endpoint;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.rest.RestEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * Which requests a route takes from the hub's port.
 *
 * @param path    as written
 * @param methods upper case; empty for all
 * @param below   also every path below it
 */
record HttpPath(String path, Set<String> methods, boolean below) {

    static HttpPath of(String path, @Nullable String methods) {
        return new HttpPath(path, methods(methods), false);
    }

    static HttpPath everything(String path) {
        return new HttpPath(path, Set.of(), true);
    }

    /** Where a file says it: a path of the REST DSL stands there in pieces. */
    int lineIn(RouteFile file) {
        int whole = file.lineOf(text -> text.contains(path));
        return whole > 0 ? whole : file.lineOf(text -> text.length() > 1 && path.endsWith(text));
    }

    /** Of the endpoint a route begins with. */
    static List<HttpPath> taken(Endpoint from) {
        return switch (from) {
            case PlatformHttpEndpoint http ->
                    List.of(new HttpPath(http.getPath(), methods(http.getHttpMethodRestrict()), http.isMatchOnUriPrefix()));
            case RestEndpoint rest -> List.of(of(
                    ("/" + rest.getPath() + "/" + Objects.toString(rest.getUriTemplate(), "")).replaceAll("/+", "/"), rest.getMethod()));
            default -> List.of();
        };
    }

    /** Whether some request would fit both. */
    boolean meets(HttpPath other) {
        boolean oneMethod = methods.isEmpty() || other.methods.isEmpty() || methods.stream().anyMatch(other.methods::contains);
        return oneMethod && meets(segments(path), below, segments(other.path), other.below);
    }

    private static boolean meets(List<String> mine, boolean below, List<String> others, boolean othersBelow) {
        for (int i = 0; ; i++) {
            boolean end = i == mine.size();
            boolean othersEnd = i == others.size();
            if (end || othersEnd) {
                return end && othersEnd || end && below || othersEnd && othersBelow || end && wild(others, i) || othersEnd && wild(mine, i);
            }
            if (wild(mine, i) || wild(others, i)) {
                return true;
            }
            String a = mine.get(i);
            String b = others.get(i);
            if (!(a.equals(b) || placeholder(a) || placeholder(b))) {
                return false;
            }
        }
    }

    private static boolean wild(List<String> segments, int at) {
        return segments.get(at).endsWith("*");
    }

    private static boolean placeholder(String segment) {
        return segment.contains("{") || segment.startsWith(":");
    }

    private static List<String> segments(String path) {
        return Arrays.stream(path.split("/")).filter(segment -> !segment.isEmpty()).toList();
    }

    private static Set<String> methods(@Nullable String methods) {
        return methods == null
                ? Set.of()
                : Arrays.stream(methods.split(",")).map(method -> method.strip().toUpperCase(Locale.ROOT)).collect(Collectors.toSet());
    }
}
