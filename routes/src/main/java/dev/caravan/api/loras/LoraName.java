package dev.caravan.api.loras;

import dev.caravan.api.ApiError;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The name of an adapter's file below its folder: a file, perhaps in one sub-folder. A name from outside is one of these before it becomes
 * a path.
 *
 * @param folder of the adapters' folder
 * @param file   with its extension
 */
record LoraName(Optional<String> folder, String file) {

    static final String EXTENSION = ".safetensors";
    private static final int LONGEST = 255;
    private static final Set<Byte> UNSEEN = Set.of(Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE,
            Character.UNASSIGNED, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR);

    /**
     * A file at the top.
     *
     * @throws ApiError 400 when it cannot be a file's name or has another extension
     */
    static LoraName of(String file) {
        return new LoraName(Optional.empty(), requireFile(file));
    }

    /**
     * A file in a sub-folder.
     *
     * @throws ApiError 400 as {@link #of(String)}, and when the sub-folder leads elsewhere
     */
    static LoraName of(Optional<String> folder, String file) {
        Optional<String> below = folder.map(name -> name.replaceFirst("/$", "")).filter(name -> !name.isEmpty());
        below.ifPresent(name -> {
            if (!isPlain(name)) {
                throw ApiError.badRequest("Invalid destination path");
            }
        });
        return new LoraName(below.map(LoraName::normal), requireFile(file));
    }

    /**
     * A file with or without its sub-folder before it.
     *
     * @throws ApiError 400 when it is neither
     */
    static LoraName relative(String path) {
        int slash = path.indexOf('/');
        if (slash < 0) {
            return of(path);
        }
        if (!isPlain(path.substring(0, slash))) {
            throw ApiError.badRequest("Invalid filename");
        }
        return of(Optional.of(path.substring(0, slash)), path.substring(slash + 1));
    }

    static boolean isAdapter(String file) {
        return file.toLowerCase(Locale.ROOT).endsWith(EXTENSION);
    }

    /** With a forward slash: the key of the manifest. */
    String key() {
        return folder.map(name -> name + "/").orElse("") + file;
    }

    private static String requireFile(String file) {
        if (!isPlain(file)) {
            throw ApiError.badRequest("Invalid filename");
        }
        int dot = file.lastIndexOf('.');
        String extension = dot < 0 ? "" : file.substring(dot);
        if (!extension.equalsIgnoreCase(EXTENSION)) {
            throw ApiError.badRequest("Invalid file extension '" + extension + "'. Allowed: " + EXTENSION);
        }
        return normal(file);
    }

    /** One visible name that means the same on every system. */
    private static boolean isPlain(String name) {
        return !name.isBlank()
                && normal(name).getBytes(StandardCharsets.UTF_8).length <= LONGEST
                && !name.startsWith(".")
                && !name.startsWith(" ")
                && !name.endsWith(".")
                && !name.endsWith(" ")
                && name.chars().noneMatch(c -> "/\\:*?\"<>|".indexOf(c) >= 0)
                && name.codePoints().noneMatch(c -> UNSEEN.contains((byte) Character.getType(c)));
    }

    private static String normal(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFC);
    }
}
