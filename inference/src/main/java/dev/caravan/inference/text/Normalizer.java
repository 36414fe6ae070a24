package dev.caravan.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a tokenizer rewrites text before it looks for pieces: the {@code normalizer} of a {@code tokenizer.json}. */
@FunctionalInterface
interface Normalizer {

    Normalizer NONE = text -> text;

    /** A file's rules may make text longer, but not without end. */
    int MAX_ADDITION = 16;
    int MAX_STEPS = 32;
    int MAX_TEXT = 1 << 17;

    String apply(String text);

    /** One after the other; what is longer than {@link #MAX_TEXT} is cut, which no prompt is before. */
    static Normalizer sequence(List<Normalizer> steps) {
        List<Normalizer> fixed = List.copyOf(steps);
        return text -> {
            String out = text;
            for (Normalizer step : fixed) {
                out = step.apply(out);
                out = out.length() > MAX_TEXT ? out.substring(0, MAX_TEXT) : out;
            }
            return out;
        };
    }

    static Normalizer strip(boolean left, boolean right) {
        return text -> {
            int start = 0;
            int end = text.length();
            while (left && start < end && Whitespace.isUnicode(text.charAt(start))) {
                start++;
            }
            while (right && end > start && Whitespace.isUnicode(text.charAt(end - 1))) {
                end--;
            }
            return text.substring(start, end);
        };
    }

    static Normalizer replaceAll(Pattern pattern, String content) {
        String replacement = Matcher.quoteReplacement(content);
        return text -> pattern.matcher(text).replaceAll(replacement);
    }

    /**
     * @param json the object, or null for none
     */
    static Normalizer read(JsonNode json) throws TokenizerException {
        if (json.isNull() || json.isMissingNode()) {
            return NONE;
        }
        return switch (json.path("type").asText()) {
            case "Sequence" -> {
                if (json.path("normalizers").size() > MAX_STEPS) {
                    throw new TokenizerException("the tokenizer's normalizer has more than " + MAX_STEPS + " steps");
                }
                List<Normalizer> steps = new ArrayList<>();
                for (JsonNode step : json.path("normalizers")) {
                    steps.add(read(step));
                }
                yield sequence(steps);
            }
            case "Precompiled" -> Charsmap.read(base64(json.path("precompiled_charsmap")));
            case "NFC" -> form(Form.NFC);
            case "NFD" -> form(Form.NFD);
            case "NFKC" -> form(Form.NFKC);
            case "NFKD" -> form(Form.NFKD);
            case "Lowercase" -> Normalizer::lowercase;
            case "Strip" -> strip(json.path("strip_left").asBoolean(), json.path("strip_right").asBoolean());
            case "Replace" -> replaceAll(SimplePattern.read(json.path("pattern")), addition(json.path("content")));
            case "Prepend" -> {
                String prefix = addition(json.path("prepend"));
                yield text -> text.isEmpty() ? text : prefix + text;
            }
            default -> throw new TokenizerException("the tokenizer's normalizer " + TokenizerJson.quoted(json.path("type"))
                    + " is not known");
        };
    }

    private static Normalizer form(Form form) {
        return text -> java.text.Normalizer.normalize(text, form);
    }

    /** Each character for itself: no final sigma at the end of a word. */
    private static String lowercase(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> out.append(Character.toString(c).toLowerCase(Locale.ROOT)));
        return out.toString();
    }

    private static String addition(JsonNode json) throws TokenizerException {
        if (json.asText().length() > MAX_ADDITION) {
            throw new TokenizerException("the tokenizer's normalizer inserts " + TokenizerJson.quoted(json) + "; at most " + MAX_ADDITION
                    + " characters are known");
        }
        return json.asText();
    }

    private static byte[] base64(JsonNode json) throws TokenizerException {
        try {
            return Base64.getDecoder().decode(json.asText(""));
        } catch (IllegalArgumentException e) {
            throw new TokenizerException("the tokenizer's charsmap is not base64", e);
        }
    }
}
