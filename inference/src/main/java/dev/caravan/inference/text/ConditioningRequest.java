package dev.caravan.inference.text;

import java.util.List;
import java.util.Optional;

/**
 * What one call (one chunk) asks of the text conditioning.
 *
 * @param prompts    as the client sent them last; none means one empty prompt
 * @param spatial    how several prompts are blended
 * @param transition must be present in every call while it runs; a call without it goes back to the prompts before it
 */
public record ConditioningRequest(List<WeightedPrompt> prompts, Interpolation spatial, Optional<PromptTransition> transition,
        Restart restart) {

    public ConditioningRequest {
        prompts = prompts.isEmpty() ? List.of(new WeightedPrompt("")) : List.copyOf(prompts);
    }

    /** Whether the caches start anew with this call, and with which prompts. */
    public enum Restart {
        /** They go on. */
        NO,
        /** Everything is forgotten: the prompts of the request count, even where a transition had led elsewhere. */
        WITH_REQUESTED_PROMPTS,
        /**
         * The same, but unless the request brings other prompts than the call before, those in use stay: what a person means who resets the
         * picture after a transition. The reference falls back to the prompts sent before the transition, which the contract (§4.6) calls a
         * bug; choose this for a client's {@code reset_cache}.
         */
        WITH_CURRENT_PROMPTS
    }
}
