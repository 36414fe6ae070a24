package dev.caravan.inference.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a file's bytes must come to, in one of the two ways the hub knows: SHA-256 of large files, git's object name of small ones.
 *
 * @param hex lower case
 */
record Digest(Kind kind, String hex) {

    private static final Pattern TEXT = Pattern.compile("(sha256|git):([0-9a-f]{40,64})");

    Digest {
        if (!hex.matches("[0-9a-f]{" + kind.letters + "}")) {
            throw new IllegalArgumentException("a " + kind + " digest has " + kind.letters + " lower case hex digits");
        }
    }

    /** The digest of this kind, unless the text is none. */
    static Optional<Digest> of(Kind kind, String hex) {
        String lower = hex.toLowerCase(Locale.ROOT);
        return lower.matches("[0-9a-f]{" + kind.letters + "}") ? Optional.of(new Digest(kind, lower)) : Optional.empty();
    }

    /** Reads what {@link #toString} writes. */
    static Optional<Digest> parse(String text) {
        Matcher parts = TEXT.matcher(text);
        return parts.matches() ? of(parts.group(1).equals("git") ? Kind.GIT : Kind.SHA256, parts.group(2)) : Optional.empty();
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + ":" + hex;
    }

    /** How a digest is made. */
    enum Kind {
        SHA256("SHA-256", 64),
        /** SHA-1 of {@code "blob " + size + "\0"} and the content. */
        GIT("SHA-1", 40);

        private final String algorithm;
        private final int letters;

        Kind(String algorithm, int letters) {
            this.algorithm = algorithm;
            this.letters = letters;
        }

        /** @param size of the whole file in bytes, which git puts before the content */
        Sum begin(long size) {
            try {
                MessageDigest digest = MessageDigest.getInstance(algorithm);
                if (this == GIT) {
                    digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
                }
                return new Sum(this, digest);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has " + algorithm, e);
            }
        }
    }

    /** A digest in the making. For one thread at a time. */
    record Sum(Kind kind, MessageDigest digest) {

        void add(ByteBuffer bytes) {
            digest.update(bytes);
        }

        /** Ends it. */
        Digest end() {
            return new Digest(kind, HexFormat.of().formatHex(digest.digest()));
        }
    }
}
