package dev.caravan.inference.text;

import java.util.List;

/**
 * What the text says for one chunk.
 *
 * @param embedding           what the transformer's cross-attention is to read
 * @param updated             whether {@code embedding} was assigned in this call: keys and values of the text must be computed again
 * @param transitionActive    whether more steps of a transition follow; while they do the request must go on naming it
 * @param transitionWasActive the same of the call before
 * @param currentPrompts      the prompts in use; during a transition those it started from
 */
public record Conditioning(
        PromptEmbedding embedding,
        boolean updated,
        boolean transitionActive,
        boolean transitionWasActive,
        List<WeightedPrompt> currentPrompts) {}
