package dev.caravan.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What a tokenizer's Replace step looks for: a fixed text, or a regular expression as far as tokenizers of this kind use them, one kind of
 * character with a number of times ({@code " {2,}"}, {@code "\s+"}). More is refused: an expression from a file could run for hours.
 */
final class SimplePattern {

    private static final Pattern ONE_KIND = Pattern.compile(
            "(?:\\\\s|\\\\[^\\p{Alnum}]|\\[[^\\[\\]\\\\&]+]|[^\\\\\\[\\](){}.*+?|^$])"
            + "(?:\\+|\\{[1-9]\\d{0,3}(?:,\\d{0,4})?})?");

    private SimplePattern() {}

    /**
     * @param json {@code {"String": ...}} or {@code {"Regex": ...}}
     */
    static Pattern read(JsonNode json) throws TokenizerException {
        if (json.path("String").isTextual()) {
            return Pattern.compile(Pattern.quote(json.path("String").asText()));
        }
        String regex = json.path("Regex").asText();
        if (!ONE_KIND.matcher(regex).matches()) {
            throw new TokenizerException("the tokenizer replaces " + TokenizerJson.quoted(json.path("Regex"))
                    + ": only one kind of character, repeated, is known");
        }
        try {
            return Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS);
        } catch (PatternSyntaxException e) {
            throw new TokenizerException("the tokenizer replaces " + TokenizerJson.quoted(json.path("Regex")) + ", which is no expression", e);
        }
    }
}
