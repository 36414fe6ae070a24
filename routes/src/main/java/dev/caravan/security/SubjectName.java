package dev.caravan.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Makes names that are safe in logs and tables of texts that somebody else chose. */
final class SubjectName {

    private static final int MOST = 96;
    private static final int DIGEST_BYTES = 6;

    private SubjectName() {}

    /** The text itself where it is short and plain; else what is left of it and a digest, so that two subjects never share a name. */
    static String of(String prefix, String subject) {
        String plain = clean(subject);
        return prefix + (plain.equals(subject) ? subject : plain + "~" + digest(subject));
    }

    /** Printable ASCII without spaces at the ends, bounded. */
    static String clean(String text) {
        String plain = text.replaceAll("[^\\x20-\\x7e]", "_").strip();
        return plain.length() <= MOST ? plain : plain.substring(0, MOST);
    }

    private static String digest(String text) {
        try {
            byte[] all = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(all, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
