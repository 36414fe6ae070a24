package dev.caravan.inference.text;

import java.util.List;

/**
 * A wish to reach other prompts over several chunks.
 *
 * @param targetPrompts where to go; empty: to the prompts of the request
 * @param numSteps      chunks it takes, the first of which still shows the start; 0 or less: at once
 */
public record PromptTransition(List<WeightedPrompt> targetPrompts, int numSteps, Interpolation method) {

    public PromptTransition {
        targetPrompts = List.copyOf(targetPrompts);
    }
}
