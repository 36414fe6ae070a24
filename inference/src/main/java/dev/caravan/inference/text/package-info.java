/**
 * From what a person types to what a network reads: cleaning, tokens, blending of prompts, transitions between them.
 *
 * <p>{@link dev.caravan.inference.text.PromptEmbedding} is the currency. Knows no network: who turns tokens into an embedding is given.
 */
@NullMarked
package dev.caravan.inference.text;

import org.jspecify.annotations.NullMarked;
