package dev.caravan.inference.text;

import java.util.List;

/**
 * A wish to reach other prompts over several chunks.
 *
 * @param targetPrompts where to go. Empty: to the request's prompts if they are new; but the next call knows no target any more and goes
 *     back to the prompts in use, as in the reference, so only one step can be seen
 * @param numSteps      chunks it takes, the first of which still shows the start; 0 or less: at once
 */
public record PromptTransition(List<WeightedPrompt> targetPrompts, int numSteps, Interpolation method) {

    public PromptTransition {
        targetPrompts = List.copyOf(targetPrompts);
    }
}
