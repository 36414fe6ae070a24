/**
 * From what a person types to what a network reads: cleaning, tokens, blending of prompts, transitions between them.
 *
 * <p>{@link dev.caravan.inference.text.PromptConditioner} is a stream's text: per chunk it decides which prompts are encoded, blends them
 * and walks transitions. What encodes one prompt is given to it, usually {@link dev.caravan.inference.text.Tokenizers} and a network
 * behind an {@link dev.caravan.inference.text.EmbeddingCache}; this package knows no network. {@link
 * dev.caravan.inference.text.PromptEmbedding} is the currency. Files of tokenizers are not trusted: what is damaged or unknown is refused
 * by name.
 */
@NullMarked
package dev.caravan.inference.text;

import org.jspecify.annotations.NullMarked;
