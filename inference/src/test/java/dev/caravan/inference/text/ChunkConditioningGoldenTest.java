package dev.caravan.inference.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.text.ConditioningRequest.Restart;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How conditioning flows through whole recorded chunks. The text encoder's part is taken from the record: the chunks whose text is at rest. */
@Tag("golden")
class ChunkConditioningGoldenTest {

    static List<GoldenCase> cases() {
        return GoldenCase.where(manifest -> manifest.at("/calls/0/op").asText().equals("chunk")
                        && manifest.at("/calls/0/expect").has("conditioning_embeds"))
                .stream().filter(ChunkConditioningGoldenTest::everyPromptRests).toList();
    }

    /** A prompt that only ever is a part of something has no recorded embedding of its own. */
    private static boolean everyPromptRests(GoldenCase golden) {
        Set<String> named = new HashSet<>();
        Set<String> resting = new HashSet<>();
        for (JsonNode call : golden.calls()) {
            GoldenPrompts.prompts(call.at("/request/prompts")).forEach(prompt -> named.add(prompt.text()));
            GoldenPrompts.transition(call.at("/request/transition"))
                    .ifPresent(transition -> transition.targetPrompts().forEach(prompt -> named.add(prompt.text())));
            promptAtRest(call).ifPresent(resting::add);
        }
        return resting.containsAll(named);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("cases")
    void theConditioningOfEachChunkIsTheRecordedOne(GoldenCase golden) throws Exception {
        Map<String, PromptEmbedding> encoded = promptsAtRest(golden);
        PromptConditioner conditioner = new PromptConditioner();
        for (JsonNode call : golden.calls()) {
            JsonNode request = call.path("request");
            JsonNode state = call.path("state");
            boolean init = state.path("init_cache_at_entry").asBoolean(call.path("index").asInt() == 0);
            Conditioning conditioning = conditioner.next(
                    new ConditioningRequest(GoldenPrompts.prompts(request.path("prompts")),
                            GoldenPrompts.blending(request),
                            GoldenPrompts.transition(request.path("transition")), init ? Restart.WITH_REQUESTED_PROMPTS : Restart.NO),
                    encoded::get);
            String what = golden + " chunk " + call.path("index");
            assertEquals(state.path("conditioning_embeds_updated").asBoolean(), conditioning.updated(), what);
            assertEquals(state.path("transition_active").asBoolean(), conditioning.transitionActive(), what);
            Deviation.relative(what, golden.floats(call.path("expect").path("conditioning_embeds").asText()),
                    conditioning.embedding().values(), 1e-5);
        }
    }

    /** The embedding of each prompt that one chunk shows alone: without a transition, or as the last step of one. */
    private static Map<String, PromptEmbedding> promptsAtRest(GoldenCase golden) throws Exception {
        Map<String, PromptEmbedding> embeddings = new HashMap<>();
        for (JsonNode call : golden.calls()) {
            Optional<String> prompt = promptAtRest(call);
            if (prompt.isPresent() && !embeddings.containsKey(prompt.get())) {
                embeddings.put(prompt.get(), GoldenPrompts.embedding(golden, call.path("expect").path("conditioning_embeds").asText()));
            }
        }
        return embeddings;
    }

    private static Optional<String> promptAtRest(JsonNode call) {
        JsonNode state = call.path("state");
        if (!state.path("conditioning_embeds_updated").asBoolean() || state.path("transition_active").asBoolean()) {
            return Optional.empty();
        }
        JsonNode request = call.path("request");
        List<WeightedPrompt> prompts = GoldenPrompts.transition(request.path("transition")).map(PromptTransition::targetPrompts)
                .orElse(GoldenPrompts.prompts(request.path("prompts")));
        return prompts.size() == 1 ? Optional.of(prompts.getFirst().text()) : Optional.empty();
    }
}
