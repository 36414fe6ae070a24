package dev.caravan.http;

/** Compares a request's path with the path of a route, which may have {@code :name} segments and end in {@code *}. */
final class Paths {

    private Paths() {}

    static boolean matches(String route, String path) {
        String[] pattern = route.split("/", -1);
        String[] segments = path.split("/", -1);
        for (int i = 0; i < pattern.length; i++) {
            if (pattern[i].equals("*")) {
                return true;
            }
            if (i >= segments.length || !(pattern[i].startsWith(":") ? !segments[i].isEmpty() : pattern[i].equals(segments[i]))) {
                return false;
            }
        }
        return pattern.length == segments.length;
    }
}
