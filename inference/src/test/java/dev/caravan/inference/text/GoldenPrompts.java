package dev.caravan.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.golden.GoldenCase;
import java.util.List;
import java.util.Optional;

/** Prompts, transitions and embeddings as recorded cases write them. */
public final class GoldenPrompts {

    private GoldenPrompts() {}

    /** A text, a list of texts, or a list of texts with weights. */
    public static List<WeightedPrompt> prompts(JsonNode json) {
        if (json.isTextual()) {
            return List.of(new WeightedPrompt(json.asText()));
        }
        return json.valueStream()
                .map(prompt -> prompt.isTextual() ? new WeightedPrompt(prompt.asText())
                        : new WeightedPrompt(prompt.path("text").asText(), prompt.path("weight").asDouble(1.0)))
                .toList();
    }

    public static Optional<PromptTransition> transition(JsonNode json) {
        return !json.isObject() ? Optional.empty()
                : Optional.of(new PromptTransition(prompts(json.path("target_prompts")), json.path("num_steps").asInt(0),
                        Interpolation.named(json.path("temporal_interpolation_method").asText("linear"))));
    }

    /** How several prompts become one; linear where the request does not say. */
    public static Interpolation blending(JsonNode request) {
        return Interpolation.named(request.path("spatial_interpolation_method").asText("linear"));
    }

    static PromptEmbedding embedding(GoldenCase golden, String tensor) throws CheckpointException {
        StoredTensor stored = golden.stored(tensor);
        int rank = stored.shape().rank();
        return new PromptEmbedding((int) stored.shape().dim(rank - 2), (int) stored.shape().dim(rank - 1), golden.floats(tensor));
    }
}
