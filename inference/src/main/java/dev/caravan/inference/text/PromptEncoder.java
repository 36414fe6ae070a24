package dev.caravan.inference.text;

/** Makes an embedding of one prompt: tokenizer and text encoder, usually behind an {@link EmbeddingCache}. */
@FunctionalInterface
public interface PromptEncoder {

    /**
     * @param cleanedText a prompt that went through {@link TextCleaning#clean}
     */
    PromptEmbedding encode(String cleanedText);
}
