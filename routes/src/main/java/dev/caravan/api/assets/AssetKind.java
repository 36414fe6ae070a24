package dev.caravan.api.assets;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What an asset is, told by its extension. */
public enum AssetKind {
    IMAGE(".png", "image/png", ".jpg", "image/jpeg", ".jpeg", "image/jpeg", ".webp", "image/webp", ".bmp", "image/bmp"),
    VIDEO(
            ".mp4", "video/mp4", ".avi", "video/x-msvideo", ".mov", "video/quicktime", ".mkv", "video/x-matroska", ".webm",
            "video/webm"),
    AUDIO(".wav", "audio/wav", ".mp3", "audio/mpeg", ".flac", "audio/flac", ".ogg", "audio/ogg");

    private final Map<String, String> types = new LinkedHashMap<>();

    AssetKind(String... extensionsAndTypes) {
        for (int i = 0; i < extensionsAndTypes.length; i += 2) {
            types.put(extensionsAndTypes[i], extensionsAndTypes[i + 1]);
        }
    }

    /** The kind of a file, or empty for one that is no asset. */
    public static Optional<AssetKind> of(String fileName) {
        return Arrays.stream(values()).filter(kind -> kind.types.containsKey(extension(fileName))).findFirst();
    }

    /** The kind a client asks for by name; empty for any other word, which means all. */
    public static Optional<AssetKind> named(String name) {
        return Arrays.stream(values()).filter(kind -> kind.wireName().equals(name)).findFirst();
    }

    /** The MIME type of a file. */
    public static String contentType(String fileName) {
        return of(fileName).map(kind -> kind.types.get(extension(fileName))).orElse("application/octet-stream");
    }

    /** All extensions, for people. */
    public static String allowed() {
        return Arrays.stream(values()).flatMap(kind -> kind.types.keySet().stream()).collect(Collectors.joining(", "));
    }

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static String extension(String fileName) {
        int dot = fileName.lastIndexOf('.');
        return dot < 0 ? "" : fileName.substring(dot).toLowerCase(Locale.ROOT);
    }
}
