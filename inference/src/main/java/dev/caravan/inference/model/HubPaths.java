package dev.caravan.inference.model;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Paths that come from the hub and go to it. */
final class HubPaths {

    private static final Pattern SAFE_NAME = Pattern.compile("[A-Za-z0-9._][A-Za-z0-9._ +@=-]{0,199}");

    private HubPaths() {}

    /** Whether a path from a listing can be a file below its repository's folder, and no file of our own book-keeping. */
    static boolean isSafe(String path) {
        return path.length() <= 1_000
                && !path.equals(Records.FILE)
                && Stream.of(path.split("/", -1))
                        .allMatch(name -> SAFE_NAME.matcher(name).matches()
                                && !name.endsWith(".")
                                && !name.endsWith(ModelStore.INCOMPLETE));
    }

    /** As it stands in an address. */
    static String encoded(String path) {
        return Stream.of(path.split("/"))
                .map(name -> URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
    }
}
