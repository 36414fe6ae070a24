package dev.caravan.inference.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns {@code &amp;} into {@code &}. Knows the numeric entities and the names of HTML 4 ({@code entities.txt}); the two thousand further
 * names of HTML 5 are left as they are, which nobody types into a prompt.
 */
final class HtmlEntities {

    private static final Pattern ANY = Pattern.compile("&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\\t\\n\\f <&#;]{1,32};?)");
    private static final Pattern CLOSED = Pattern.compile("&#?[0-9A-Za-z]{1,24};");

    /** What the code points 0x80 to 0x9F mean to browsers: Windows-1252, and themselves where that has nothing. */
    private static final String WINDOWS_1252 = "\u20ac\u0081\u201a\u0192"
            + "\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f"
            + "\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

    /** By name, with the semicolon and, for the old ones, also without. */
    private static final Map<String, String> NAMED = new HashMap<>();

    /** Names in capitals that mean the capital letter, with their semicolon. */
    private static final Map<String, String> SHOUTED = new HashMap<>();

    static {
        read();
        NAMED.forEach((name, character) -> {
            String shouted = name.toUpperCase(Locale.ROOT);
            if (name.endsWith(";") && name.equals(name.toLowerCase(Locale.ROOT)) && named(shouted).equals("&" + shouted)) {
                SHOUTED.put(shouted, character.toUpperCase(Locale.ROOT));
            }
        });
    }

    private HtmlEntities() {}

    private static void read() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(HtmlEntities.class.getResourceAsStream("entities.txt")), StandardCharsets.US_ASCII))) {
            lines.lines().filter(line -> !line.startsWith("#")).map(line -> line.split(" ")).forEach(entry -> {
                String character = Character.toString(Integer.parseInt(entry[1], 16));
                NAMED.put(entry[0] + ";", character);
                if (entry.length > 2) {
                    NAMED.put(entry[0], character);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As a browser reads text, like Python's {@code html.unescape}: a missing semicolon is forgiven where HTML forgives it. */
    static String unescape(String text) {
        return text.indexOf('&') < 0 ? text : ANY.matcher(text).replaceAll(match -> Matcher.quoteReplacement(lenient(match.group(1))));
    }

    /** Only entities that end in a semicolon, but also names shouted in capitals, like ftfy. */
    static String unescapeClosed(String text) {
        return text.indexOf('&') < 0 ? text : CLOSED.matcher(text).replaceAll(match -> Matcher.quoteReplacement(closed(match)));
    }

    private static String closed(MatchResult match) {
        String body = match.group().substring(1);
        if (body.charAt(0) == '#') {
            String character = unescape(match.group());
            return character.contains(";") ? match.group() : character;
        }
        String character = NAMED.getOrDefault(body, SHOUTED.get(body));
        return character == null ? match.group() : character;
    }

    /** The character of what stands behind the ampersand, or all as it stood. */
    private static String lenient(String body) {
        return body.charAt(0) == '#' ? numeric(body) : named(body);
    }

    /** The longest beginning that is a name counts. */
    private static String named(String body) {
        for (int length = body.length(); length > 1; length--) {
            String character = NAMED.get(body.substring(0, length));
            if (character != null) {
                return character + body.substring(length);
            }
        }
        return "&" + body;
    }

    private static String numeric(String body) {
        boolean hexadecimal = body.charAt(1) == 'x' || body.charAt(1) == 'X';
        String digits = body.substring(hexadecimal ? 2 : 1).replace(";", "").replaceFirst("^0+", "");
        int c = digits.isEmpty() ? 0 : digits.length() > 7 ? Integer.MAX_VALUE : Integer.parseInt(digits, hexadecimal ? 16 : 10);
        if (c >= 0x80 && c <= 0x9F) {
            return WINDOWS_1252.substring(c - 0x80, c - 0x7F);
        }
        if (c == 0 || c > Character.MAX_CODE_POINT || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
            return "\ufffd";
        }
        boolean control = c < ' ' && c != '\t' && c != '\n' && c != '\f' && c != '\r' || c == 0x7F;
        boolean noCharacter = c >= 0xFDD0 && c <= 0xFDEF || (c & 0xFFFE) == 0xFFFE;
        return control || noCharacter ? "" : Character.toString(c);
    }

    /** The character of a C1 control code as Windows-1252 has it; itself where that has nothing. */
    static char windows1252(char control) {
        return WINDOWS_1252.charAt(control - 0x80);
    }
}
