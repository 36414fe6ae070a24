package dev.caravan.inference.text;

/** Turns text into the numbers a text encoder looks up. Immutable, thread-safe. */
public interface Tokenizer {

    /**
     * The ids of a prompt, with what the tokenizer's file adds to every text (T5: {@code </s>} at the end) and without padding.
     *
     * @param cleanedPrompt went through {@link TextCleaning#clean}
     * @param maxTokens     at most so many ids come back, the added ones included: the text is cut, they are not
     * @throws IllegalArgumentException when {@code maxTokens} has no room for the added ones
     */
    int[] encode(String cleanedPrompt, int maxTokens);

    /** Pieces of the vocabulary, whose ids are below this; tokens added to it may have higher ones. */
    int vocabulary();
}
