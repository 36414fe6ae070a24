package dev.caravan.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes spaces visible: each becomes a mark, which also begins every text, and words are split before it.
 *
 * @param mark  usually U+2581
 * @param split whether words are split at all
 */
record Metaspace(char mark, Prepend prepend, boolean split) implements PreTokenizer {

    /** Where a mark is set before text that has none. */
    enum Prepend {
        ALWAYS,
        /** Only where the whole text begins, not after a special token. */
        FIRST,
        NEVER
    }

    static Metaspace read(JsonNode json) throws TokenizerException {
        String mark = json.path("replacement").asText();
        if (mark.length() != 1) {
            throw new TokenizerException("the tokenizer replaces spaces by " + TokenizerJson.quoted(json.path("replacement"))
                    + ", which is not one character");
        }
        // The older form of the file has only add_prefix_space.
        String scheme = json.path("prepend_scheme").asText(json.path("add_prefix_space").asBoolean(true) ? "always" : "never");
        Prepend prepend = switch (scheme) {
            case "always" -> Prepend.ALWAYS;
            case "first" -> Prepend.FIRST;
            case "never" -> Prepend.NEVER;
            default -> throw new TokenizerException("the tokenizer's prepend_scheme " + TokenizerJson.quoted(json.path("prepend_scheme"))
                    + " is not known");
        };
        return new Metaspace(mark.charAt(0), prepend, json.path("split").asBoolean(true));
    }

    @Override
    public List<Word> split(Word word) {
        String text = word.text().replace(' ', mark);
        boolean wanted = prepend == Prepend.ALWAYS || prepend == Prepend.FIRST && word.first();
        if (wanted && (text.isEmpty() || text.charAt(0) != mark)) {
            text = mark + text;
        }
        Word marked = new Word(text, word.first());
        return split ? words(marked) : List.of(marked);
    }

    private List<Word> words(Word marked) {
        List<Word> words = new ArrayList<>();
        int start = 0;
        for (int next = marked.text().indexOf(mark, 1); next >= 0; next = marked.text().indexOf(mark, next + 1)) {
            words.add(marked.part(start, next));
            start = next;
        }
        words.add(marked.part(start, marked.text().length()));
        return words;
    }
}
