package dev.caravan.inference.model;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the header in which a server proposes a file name (RFC 6266). */
final class ContentDisposition {

    private static final int LONGEST = 4096;
    private static final Pattern EXTENDED = Pattern.compile("(?i);\\s*filename\\*\\s*=\\s*UTF-8'[^']*'([^;\\s]+)");
    private static final Pattern QUOTED = Pattern.compile("(?i);\\s*filename\\s*=\\s*\"((?:[^\"\\\\]++|\\\\.)*+)\"");
    private static final Pattern PLAIN = Pattern.compile("(?i);\\s*filename\\s*=\\s*([^;\\s\"]+)");

    private ContentDisposition() {}

    /** The name, in its extended form where there is one. Whether it may become a path is for others to tell. */
    static Optional<String> fileName(String header) {
        if (header.length() > LONGEST) {
            return Optional.empty();
        }
        Matcher extended = EXTENDED.matcher(header);
        if (extended.find()) {
            try {
                return Optional.of(URLDecoder.decode(extended.group(1).replace("+", "%2B"), StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                // Not percent-encoded correctly: the other form is left.
            }
        }
        Matcher quoted = QUOTED.matcher(header);
        if (quoted.find()) {
            return Optional.of(quoted.group(1).replaceAll("\\\\(.)", "$1"));
        }
        Matcher plain = PLAIN.matcher(header);
        return plain.find() ? Optional.of(plain.group(1)) : Optional.empty();
    }
}
