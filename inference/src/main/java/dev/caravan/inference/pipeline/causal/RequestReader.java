package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.text.Interpolation;
import dev.caravan.inference.text.PromptTransition;
import dev.caravan.inference.text.WeightedPrompt;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Reads a session's parameters (contract §2.6) as what one chunk is made from. Thread-safe. */
final class RequestReader {

    static final double DEFAULT_NOISE_SCALE = 0.7;
    /** Weight of past frames that can be asked for. */
    private static final double LEAST_BIAS = 0.01;

    private final String defaultMode;
    private final List<Integer> defaultSteps;
    private final boolean manageCache;
    private final AdapterScales adapterScales;

    RequestReader(String defaultMode, List<Integer> defaultSteps, boolean manageCache, AdapterScales adapterScales) {
        this.defaultMode = defaultMode;
        this.defaultSteps = defaultSteps;
        this.manageCache = manageCache;
        this.adapterScales = adapterScales;
    }

    boolean fromVideo(Parameters parameters) {
        return parameters.videoMode(defaultMode);
    }

    ChunkRequest read(List<Rgb24> video, Parameters parameters, VaceRequest vace) {
        boolean manage = parameters.bool("manage_cache", manageCache);
        // Scales that change nothing begin anew all the same (spec models/overview.md §2, step 0).
        boolean anew = parameters.bool("reset_cache", false) || manage && adapterScales.sent(parameters);
        return new ChunkRequest(
                video,
                prompts(parameters.prompts()),
                Interpolation.named(parameters.string("prompt_interpolation_method", "linear")),
                transition(parameters),
                steps(parameters),
                Math.clamp(parameters.number("noise_scale", DEFAULT_NOISE_SCALE), 0, 1),
                parameters.bool("noise_controller", true),
                manage,
                anew,
                vace,
                bias(parameters),
                adapterScales.read(parameters));
    }

    private static OptionalDouble bias(Parameters parameters) {
        double bias = parameters.number("kv_cache_attention_bias", 0);
        return bias > 0 ? OptionalDouble.of(Math.clamp(bias, LEAST_BIAS, 1)) : OptionalDouble.empty();
    }

    private static List<WeightedPrompt> prompts(List<Parameters.Prompt> prompts) {
        return prompts.isEmpty()
                ? List.of(new WeightedPrompt("", 1))
                : prompts.stream().map(prompt -> new WeightedPrompt(prompt.text(), prompt.weight())).toList();
    }

    private static Optional<PromptTransition> transition(Parameters parameters) {
        if (!(parameters.get("transition").orElse(null) instanceof Map<?, ?> transition)) {
            return Optional.empty();
        }
        int chunks = transition.get("num_steps") instanceof Number n ? n.intValue() : 0;
        Interpolation method = Interpolation.named(String.valueOf(transition.get("temporal_interpolation_method")));
        return Optional.of(new PromptTransition(prompts(parameters.promptsAfterTransition()), chunks, method));
    }

    private List<Integer> steps(Parameters parameters) {
        List<Integer> steps = parameters.get("denoising_step_list").orElse(List.of()) instanceof List<?> list
                ? list.stream().filter(Number.class::isInstance).map(step -> Math.clamp(((Number) step).intValue(), 0, 1000)).toList()
                : List.of();
        return steps.isEmpty() ? defaultSteps : steps;
    }
}
