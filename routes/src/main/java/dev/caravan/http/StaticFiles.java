package dev.caravan.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Files below one folder of the class path. Only names of letters, digits and {@code . _ - /} with a known type are looked at, so no
 * name leads out of the folder. Thread-safe.
 */
final class StaticFiles {

    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("webmanifest", "application/manifest+json"),
            Map.entry("map", "application/json"),
            Map.entry("png", "image/png"),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("gif", "image/gif"),
            Map.entry("webp", "image/webp"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("woff", "font/woff"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("ttf", "font/ttf"),
            Map.entry("txt", "text/plain; charset=utf-8"),
            Map.entry("mp4", "video/mp4"),
            Map.entry("webm", "video/webm"));

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");

    private final String folder;
    /** Files from jars never change; those in folders are read each time, so that an edit shows at once. */
    private final Map<String, File> fromJar = new ConcurrentHashMap<>();

    /** @param folder without slashes at its ends */
    StaticFiles(String folder) {
        this.folder = folder;
    }

    /**
     * @param name relative, as in {@code js/main.js}
     */
    Optional<File> find(String name) {
        File known = fromJar.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<URL> url = locate(name);
        if (url.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = url.get().openStream()) {
            byte[] bytes = in.readAllBytes();
            File file = new File(bytes, TYPES.get(extension(name)), tag(bytes));
            if (url.get().getProtocol().equals("jar")) {
                fromJar.put(name, file);
            }
            return Optional.of(file);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Whether there is such a file, without reading it. */
    boolean has(String name) {
        return fromJar.containsKey(name) || locate(name).isPresent();
    }

    private Optional<URL> locate(String name) {
        if (name.length() > 200 || !NAME.matcher(name).matches() || !TYPES.containsKey(extension(name))) {
            return Optional.empty();
        }
        return Optional.ofNullable(StaticFiles.class.getClassLoader().getResource(folder + "/" + name));
    }

    private static String extension(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    private static String tag(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return "\"" + HexFormat.of().formatHex(digest, 0, 12) + "\"";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * @param tag the value of its {@code ETag}
     */
    record File(byte[] bytes, String type, String tag) {}
}
