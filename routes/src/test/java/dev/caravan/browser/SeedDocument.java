package dev.caravan.browser;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One of the published documents whose client code must run unmodified, and ways to take the code out of it. */
public record SeedDocument(String text) {

    private static final Pattern BLOCK = Pattern.compile("^```(\\w+)[^\\n]*\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

    /** @param number {@code 000} to {@code 004} */
    public static SeedDocument read(String number) {
        try (InputStream in = SeedDocument.class.getResourceAsStream("/seeds/" + number + ".txt")) {
            return new SeedDocument(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The part from one heading up to another. */
    public SeedDocument between(String from, String to) {
        return new SeedDocument(text.substring(indexOf(from), indexOf(to)));
    }

    /** All fenced blocks of a language, in order. */
    public List<String> blocks(String language) {
        List<String> out = new ArrayList<>();
        Matcher m = BLOCK.matcher(text);
        while (m.find()) {
            if (m.group(1).equals(language)) {
                out.add(m.group(2));
            }
        }
        return out;
    }

    /** The first fenced block that contains the phrase. */
    public String block(String language, String phrase) {
        return blocks(language).stream()
                .filter(b -> b.contains(phrase))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + language + " block with: " + phrase));
    }

    /** The text from one line up to (not including) another: for the document that lost its fences. */
    public String lines(String first, String end) {
        int start = indexOf(first);
        return text.substring(start, text.indexOf(end, start));
    }

    private int indexOf(String phrase) {
        int at = text.indexOf(phrase);
        if (at < 0) {
            throw new AssertionError("the document does not contain: " + phrase);
        }
        return at;
    }
}
