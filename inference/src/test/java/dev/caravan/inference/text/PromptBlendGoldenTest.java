package dev.caravan.inference.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.text.ConditioningRequest.Restart;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Blending, transitions and the conditioning's state machine against the reference. */
@Tag("golden")
class PromptBlendGoldenTest {

    static List<GoldenCase> cases() {
        return GoldenCase.where(manifest -> manifest.has("blend") && manifest.has("transition_queues"));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("cases")
    void promptsAreBlendedAsRecorded(GoldenCase golden) throws Exception {
        for (JsonNode blend : golden.manifest().path("blend")) {
            List<PromptEmbedding> embeddings = new ArrayList<>();
            for (JsonNode name : blend.path("prompts")) {
                embeddings.add(embedding(golden, name.asText()));
            }
            List<Double> weights = blend.path("weights").valueStream().map(JsonNode::asDouble).toList();
            PromptEmbedding blended = PromptBlend.blend(embeddings, weights, Interpolation.named(blend.path("method").asText()));
            compare(golden, blend, "out", blended);
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("cases")
    void transitionsTakeTheRecordedSteps(GoldenCase golden) throws Exception {
        for (JsonNode recorded : golden.manifest().path("transition_queues")) {
            TransitionQueue queue = new TransitionQueue(embedding(golden, recorded.path("source").asText()),
                    embedding(golden, recorded.path("target").asText()), recorded.path("num_steps").asInt(),
                    Interpolation.named(recorded.path("method").asText()));
            for (JsonNode step : recorded.path("steps")) {
                compare(golden, step, "out", queue.pop());
                assertEquals(step.path("active_after_pop").asBoolean(), !queue.isEmpty());
            }
            assertTrue(queue.isEmpty());
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("cases")
    void theStateMachineTakesTheRecordedDecisions(GoldenCase golden) throws Exception {
        PromptConditioner conditioner = new PromptConditioner();
        Interpolation spatial = Interpolation.LINEAR;
        for (JsonNode call : golden.calls()) {
            String what = golden + " call " + call.path("index");
            JsonNode request = call.path("request");
            if (request.has("spatial_interpolation_method")) {
                spatial = Interpolation.named(request.path("spatial_interpolation_method").asText());
            }
            List<String> encoded = new ArrayList<>();
            Conditioning conditioning = conditioner.next(
                    new ConditioningRequest(GoldenPrompts.prompts(request.path("prompts")), spatial, GoldenPrompts.transition(request.path("transition")),
                            request.path("init_cache").asBoolean() ? Restart.WITH_REQUESTED_PROMPTS : Restart.NO),
                    text -> {
                        encoded.add(text);
                        return embedding(golden, text);
                    });
            List<String> expected = new ArrayList<>();
            call.path("encoded_prompts").forEach(batch -> batch.forEach(text -> expected.add(text.asText())));
            assertEquals(expected, encoded, what);
            assertEquals(call.path("conditioning_embeds_updated").asBoolean(), conditioning.updated(), what);
            assertEquals(call.path("transition_active").asBoolean(), conditioning.transitionActive(), what);
            assertEquals(GoldenPrompts.prompts(call.path("current_prompts_after")), conditioning.currentPrompts(), what);
            compare(golden, call, "conditioning_embeds", conditioning.embedding());
        }
    }

    private static void compare(GoldenCase golden, JsonNode call, String role, PromptEmbedding actual) throws CheckpointException {
        String tensor = call.path("expect").path(role).asText();
        Deviation.within(golden + " " + tensor, golden.floats(tensor), actual.values(), golden.manifest().at("/tolerance/abs").asDouble(2e-6));
    }

    private static PromptEmbedding embedding(GoldenCase golden, String name) {
        try {
            return GoldenPrompts.embedding(golden, "embed." + name);
        } catch (CheckpointException e) {
            throw new AssertionError(e);
        }
    }
}
