package dev.caravan.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** How normalized text falls into words that no piece reaches across: the {@code pre_tokenizer} of a {@code tokenizer.json}. */
@FunctionalInterface
interface PreTokenizer {

    PreTokenizer NONE = List::of;

    List<Word> split(Word text);

    /**
     * A part of a text.
     *
     * @param first whether the whole text begins with it
     */
    record Word(String text, boolean first) {

        Word part(int start, int end) {
            return new Word(text.substring(start, end), first && start == 0);
        }
    }

    /** One after the other, each on what the one before left. */
    static PreTokenizer sequence(List<PreTokenizer> steps) {
        List<PreTokenizer> fixed = List.copyOf(steps);
        return text -> {
            List<Word> words = List.of(text);
            for (PreTokenizer step : fixed) {
                words = words.stream().flatMap(word -> step.split(word).stream()).filter(word -> !word.text().isEmpty()).toList();
            }
            return words;
        };
    }

    /** The text between white space. */
    static List<Word> whitespaceSplit(Word text) {
        List<Word> words = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= text.text().length(); i++) {
            if (i == text.text().length() || Whitespace.isUnicode(text.text().charAt(i))) {
                words.add(text.part(start, i));
                start = i + 1;
            }
        }
        return words;
    }

    /**
     * @param json the object, or null for none
     */
    static PreTokenizer read(JsonNode json) throws TokenizerException {
        if (json.isNull() || json.isMissingNode()) {
            return NONE;
        }
        return switch (json.path("type").asText()) {
            case "Sequence" -> {
                List<PreTokenizer> steps = new ArrayList<>();
                for (JsonNode step : json.path("pretokenizers")) {
                    steps.add(read(step));
                }
                yield sequence(steps);
            }
            case "WhitespaceSplit" -> PreTokenizer::whitespaceSplit;
            case "Metaspace" -> Metaspace.read(json);
            default -> throw new TokenizerException("the tokenizer's pre-tokenizer " + TokenizerJson.quoted(json.path("type"))
                    + " is not known");
        };
    }
}
