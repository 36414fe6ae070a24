package dev.caravan.inference.text;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Cleans a prompt before it is tokenized, as the models' own tokenizer class does: the repairs of the Python library ftfy, HTML entities
 * twice, then every run of white space becomes one space (spec text-encoder §1). Letters keep their case.
 *
 * <p>Left out of ftfy's repairs is that of text decoded with the wrong encoding ("mojibake"): its heuristics need large tables, and text
 * that came through JSON as UTF-8 does not need it. What that step passes through unharmed comes out as from ftfy.
 */
public final class TextCleaning {

    /** Rounds after which text that still changes is left as it is; only entities nested on purpose need more than three. */
    private static final int MAX_ROUNDS = 20;

    private static final Pattern TERMINAL_ESCAPE = Pattern.compile("\\u001b\\[[\\d;]*[a-zA-Z]");
    private static final Pattern SINGLE_QUOTE = Pattern.compile("[\\u02bc\\u2018-\\u201b]");
    private static final Pattern DOUBLE_QUOTE = Pattern.compile("[\\u201c-\\u201f]");
    private static final Pattern LINE_BREAK = Pattern.compile("\\r\\n|[\\r\\u0085\\u2028\\u2029]");
    private static final Pattern LONE_SURROGATE = Pattern.compile("[\\ud800-\\udfff]");

    /** Controls but white space; deprecated and interlinear marks, object replacement, byte order mark. */
    private static final Pattern CONTROL =
            Pattern.compile("[\\u0000-\\u0008\\u000b\\u000e-\\u001f\\u007f\\u206a-\\u206f\\ufeff\\ufff9-\\ufffc]");

    private static final Map<Character, String> LIGATURES = Map.ofEntries(
            Map.entry('\u0132', "IJ"), Map.entry('\u0133', "ij"), Map.entry('\u0149', "\u02bcn"),
            Map.entry('\u01c4', "D\u017d"), Map.entry('\u01c5', "D\u017e"), Map.entry('\u01c6', "d\u017e"),
            Map.entry('\u01c7', "LJ"), Map.entry('\u01c8', "Lj"), Map.entry('\u01c9', "lj"),
            Map.entry('\u01ca', "NJ"), Map.entry('\u01cb', "Nj"), Map.entry('\u01cc', "nj"),
            Map.entry('\u01f1', "DZ"), Map.entry('\u01f2', "Dz"), Map.entry('\u01f3', "dz"),
            Map.entry('\ufb00', "ff"), Map.entry('\ufb01', "fi"), Map.entry('\ufb02', "fl"), Map.entry('\ufb03', "ffi"),
            Map.entry('\ufb04', "ffl"), Map.entry('\ufb05', "\u017ft"), Map.entry('\ufb06', "st"));

    private TextCleaning() {}

    /** The cleaned text; empty where nothing is left. */
    public static String clean(String text) {
        return collapse(HtmlEntities.unescape(HtmlEntities.unescape(repair(text))));
    }

    /** Line by line. Entities are let alone from the first line on that has a '{@code <}': such text is HTML on purpose. */
    private static String repair(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean entities = true;
        int end;
        for (int start = 0; start < text.length(); start = end) {
            int lineFeed = text.indexOf('\n', start);
            end = lineFeed < 0 ? text.length() : lineFeed + 1;
            String line = text.substring(start, end);
            entities &= line.indexOf('<') < 0;
            out.append(repairLine(line, entities));
        }
        return out.toString();
    }

    private static String repairLine(String line, boolean entities) {
        String now = line;
        String before;
        int round = 0;
        do {
            before = now;
            now = characters(entities ? HtmlEntities.unescapeClosed(now) : now);
            now = DOUBLE_QUOTE.matcher(SINGLE_QUOTE.matcher(now).replaceAll("'")).replaceAll("\"");
            now = LINE_BREAK.matcher(now).replaceAll("\n");
            now = LONE_SURROGATE.matcher(now).replaceAll("\ufffd");
            now = CONTROL.matcher(TERMINAL_ESCAPE.matcher(now).replaceAll("")).replaceAll("");
            now = Normalizer.normalize(now, Form.NFC);
        } while (!now.equals(before) && ++round < MAX_ROUNDS);
        return now;
    }

    /** C1 controls as Windows meant them, ligatures as their letters, full and half width as normal. */
    private static String characters(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80 && c <= 0x9F) {
                out.append(HtmlEntities.windows1252(c));
            } else if (c == '\u3000') {
                out.append(' ');
            } else if (c >= '\uff01' && c <= '\uffef') {
                out.append(Normalizer.normalize(Character.toString(c), Form.NFKC));
            } else {
                String letters = c < '\u0132' ? null : LIGATURES.get(c);
                out.append(letters == null ? Character.toString(c) : letters);
            }
        }
        return out.toString();
    }

    /** Runs of white space become one space, those at the ends none. */
    private static String collapse(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean space = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Whitespace.isUnicode(c)) {
                space = true;
                continue;
            }
            if (space && !out.isEmpty()) {
                out.append(' ');
            }
            space = false;
            out.append(c);
        }
        return out.toString();
    }
}
