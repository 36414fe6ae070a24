package dev.caravan.inference.text;

import dev.caravan.inference.text.ConditioningRequest.Restart;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One stream's text conditioning: decides per chunk which prompts are encoded, blends them and walks transitions (spec text-encoder §5,
 * §6).
 *
 * <p>A change of prompts during a transition cancels it and goes on from the present blend. A transition whose target is where the stream
 * already is (within 0.01) does nothing but make its prompts the current ones, as in the reference. One thread: the stream's owner.
 */
public final class PromptConditioner {

    private @Nullable List<WeightedPrompt> lastRequested;
    private @Nullable List<WeightedPrompt> lastEncoded;
    private @Nullable Interpolation lastBlending;
    private @Nullable List<WeightedPrompt> current;
    private @Nullable PromptEmbedding embedding;
    private @Nullable TransitionQueue transition;
    private boolean transitionActive;

    /**
     * One chunk's conditioning.
     *
     * @param encoder is called, in order, for each prompt of a list that has to be encoded; what it throws passes through and leaves this
     *     object as it was, so that the next call tries again
     */
    public Conditioning next(ConditioningRequest request, PromptEncoder encoder) {
        boolean restart = request.restart() != Restart.NO;
        boolean changed = !request.prompts().equals(lastRequested);
        boolean keepCurrent = !restart || request.restart() == Restart.WITH_CURRENT_PROMPTS && !changed;
        List<WeightedPrompt> inUse = keepCurrent ? current : null;

        List<WeightedPrompt> prompts = choose(request, changed, inUse);
        // The reference, where a blending asked for never arrives, does not look at it. Of other numbers of prompts there is but one blend.
        boolean blendedOtherwise = prompts.size() == 2 && request.spatial() != lastBlending;
        boolean encode = restart || !prompts.equals(lastEncoded) || blendedOtherwise;
        Optional<PromptEmbedding> target = encode ? Optional.of(encode(prompts, request.spatial(), encoder)) : Optional.empty();

        // Nothing below fails.
        boolean wasActive = transitionActive;
        if (restart) {
            embedding = null;
            transition = null;
        }
        current = inUse;
        lastRequested = request.prompts();
        lastEncoded = prompts;
        lastBlending = request.spatial();
        boolean updated = target.map(reached -> goTo(reached, request.transition())).orElseGet(this::walk);
        transitionActive = transition != null && !transition.isEmpty();
        // While a transition runs the prompts it left stay the current ones.
        if (!transitionActive) {
            transition = null;
            current = prompts;
        }
        return new Conditioning(required(embedding), updated, transitionActive, wasActive, required(current));
    }

    /** The prompts in use, for reports; none before the first call. */
    public Optional<List<WeightedPrompt>> currentPrompts() {
        return Optional.ofNullable(current);
    }

    private static List<WeightedPrompt> choose(ConditioningRequest request, boolean changed, @Nullable List<WeightedPrompt> current) {
        List<WeightedPrompt> targets = request.transition().map(PromptTransition::targetPrompts).orElse(List.of());
        if (!targets.isEmpty()) {
            return targets;
        }
        return changed || current == null ? request.prompts() : current;
    }

    private static PromptEmbedding encode(List<WeightedPrompt> prompts, Interpolation method, PromptEncoder encoder) {
        // One at a time: a client may blend dozens, of 8 MB each.
        Iterable<PromptEmbedding> embeddings =
                () -> prompts.stream().map(prompt -> encoder.encode(TextCleaning.clean(prompt.text()))).iterator();
        return PromptBlend.blend(embeddings, prompts.stream().map(WeightedPrompt::weight).toList(), method);
    }

    /** New prompts: a running transition ends, and another one may begin from where it was. Tells whether the embedding was assigned. */
    private boolean goTo(PromptEmbedding target, Optional<PromptTransition> wish) {
        transition = null;
        if (embedding == null || wish.isEmpty() || wish.get().numSteps() <= 0) {
            embedding = target;
            return true;
        }
        transition = new TransitionQueue(embedding, target, wish.get().numSteps(), wish.get().method());
        return walk();
    }

    private boolean walk() {
        if (transition == null || transition.isEmpty()) {
            return false;
        }
        embedding = transition.pop();
        return true;
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("no conditioning");
        }
        return value;
    }
}
