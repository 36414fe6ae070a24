package dev.caravan.inference.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;

/** Tells files and texts from each other. */
public final class Fingerprint {

    private static final int EDGE = 1 << 20;

    private Fingerprint() {}

    /**
     * Of a file too large to be read for this: its size, the time of its last change, and the SHA-256 of its first and last mebibyte.
     *
     * @throws CheckpointException when it cannot be read
     */
    public static String of(Path path) throws CheckpointException {
        try (FileBytes file = FileBytes.open(path)) {
            int edge = (int) Math.min(EDGE, file.size());
            MessageDigest digest = sha256();
            digest.update(file.read(0, edge));
            digest.update(file.read(file.size() - edge, edge));
            return file.size() + " " + Files.getLastModifiedTime(path).toInstant() + " " + HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw CheckpointException.reading(path, e);
        }
    }

    /** Of some lines of text: SHA-256, 64 characters. */
    static String of(Collection<String> lines) {
        MessageDigest digest = sha256();
        for (String line : lines) {
            digest.update((line + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
