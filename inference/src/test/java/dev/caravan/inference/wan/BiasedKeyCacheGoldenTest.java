package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.ContextWindow;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The transformer with a context window against recorded calls: recompute passes, the attention bias, the phantom keys. */
@Tag("golden")
class BiasedKeyCacheGoldenTest {

    static List<GoldenCase> contextWindows() {
        return GoldenCase.where(manifest -> manifest.path("kv_cache_attention_bias").isNumber()
                && manifest.path("calls").path(0).path("pass").isTextual() && !manifest.has("vace"));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("contextWindows")
    void everyCallOfAStreamGivesTheRecordedFlowAndKeys(GoldenCase golden) throws CheckpointException {
        double bias = golden.manifest().path("kv_cache_attention_bias").asDouble();
        ContextWindow window = window(golden);
        try (Transformer transformer = GoldenTransformer.load(golden, new Probes());
                Probes.Tensors seen = new Probes.Tensors(transformer);
                TransformerState state = transformer.open(window.capacityFrames())) {
            state.setAttentionBias(bias);
            String prompt = "";
            int end = 0;
            for (JsonNode call : golden.calls()) {
                String context = call.at("/inputs/context").asText();
                if (!context.equals(prompt)) {
                    state.setPrompt(GoldenTransformer.prompt(golden, context));
                    prompt = context;
                }
                boolean recompute = call.path("pass").asText().equals("recompute");
                int frames = call.at("/state/q_rope_positions").size();
                int start = call.at("/state/start_frame").asInt();
                CachePass pass = recompute ? window.recache(end, frames) : window.pass(start, frames);
                end = recompute ? end : start + frames;
                sameState(call.path("state"), pass, BiasedKeys.of(pass, golden.manifest().path("tokens_per_frame").asInt(), bias));
                run(golden, call, state, pass, seen);
            }
        }
    }

    private static ContextWindow window(GoldenCase golden) {
        int chunk = golden.manifest().path("num_frame_per_block").asInt();
        int context = golden.calls().stream().filter(call -> call.path("pass").asText().equals("recompute"))
                .mapToInt(call -> call.at("/state/written_slots").size()).findFirst().orElse(3);
        return new ContextWindow(context, chunk);
    }

    private static void sameState(JsonNode state, CachePass pass, BiasedKeys keys) {
        assertEquals(integers(state.path("q_rope_positions")), pass.queryPositions());
        assertEquals(integers(state.path("written_slots")), pass.writtenSlots());
        assertEquals(integers(state.path("attended_slots")), IntStream.range(0, pass.attendedSlots()).boxed().toList());
        assertEquals(state.path("phantom_keys").asInt(), keys.rows() - keys.seen(), "phantom keys");
        if (state.has("key_tokens")) {
            assertEquals(state.path("key_tokens").asInt(), keys.seen(), "keys");
            assertEquals(state.path("log_bias").asDouble(), keys.bias(), 1e-7, "bias");
        }
        if (state.path("biased_key_range").isArray()) {
            assertEquals(integers(state.path("biased_key_range")), List.of(keys.from(), keys.to()), "keys with a bias");
        }
    }

    private static void run(GoldenCase golden, JsonNode call, TransformerState state, CachePass pass, Probes.Tensors seen)
            throws CheckpointException {
        int frames = pass.queryPositions().size();
        Binding binding = state.binding(pass);
        JsonNode expect = call.path("expect");
        expect.fieldNames().forEachRemaining(stage -> {
            if (!stage.startsWith("layer")) {
                seen.bind(binding, pass, stage);
            }
        });
        state.begin(pass);
        state.latents(frames).write(GoldenTransformer.frameMajor(golden, call.at("/inputs/z").asText()));
        state.denoise(pass, state.latents(frames), call.path("t").floatValue(), 0.5f);
        for (Map.Entry<String, JsonNode> expected : expect.properties()) {
            String tensor = expected.getValue().asText();
            String role = expected.getKey();
            if (role.equals("v")) {
                near(golden, tensor, GoldenTransformer.frameMajor(golden, tensor), state.flow(frames).floats());
            } else if (role.startsWith("layer")) {
                int layer = Integer.parseInt(role.substring("layer".length(), role.indexOf('.')));
                Tensor cache = role.endsWith(".k") ? state.keys(layer) : state.values(layer);
                float[] recorded = golden.floats(tensor);
                near(golden, tensor, recorded, Arrays.copyOf(cache.floats(), recorded.length));
            } else if (!role.equals("text")) {
                near(golden, tensor, golden.floats(tensor), seen.get(pass, role).floats());
            }
        }
    }

    private static void near(GoldenCase golden, String what, float[] expected, float[] actual) {
        Deviation.relative(golden + " " + what, expected, actual, golden.manifest().at("/tolerance/single_call").asDouble());
    }

    private static List<Integer> integers(JsonNode array) {
        return array.valueStream().map(JsonNode::asInt).toList();
    }
}
