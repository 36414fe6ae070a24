package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.diffusion.AveragedSink;
import dev.caravan.inference.diffusion.CacheChange;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.KeyView;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.ort.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The transformer with un-rotated keys and an averaged sink against recorded calls: each call's flow and the keys it sees, what it does to
 * the slots, the final caches. The recording counts slots by their place, sink first.
 */
@Tag("golden")
class UnrotatedKeyCacheGoldenTest {

    /** Of the published model. */
    private static final int SLOTS = 9;
    private static final int SINK = 3;

    static List<GoldenCase> averagedSinks() {
        return GoldenCase.where(manifest -> manifest.path("variant").asText().equals("reward_forcing") && !manifest.has("vace"));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("averagedSinks")
    void everyCallOfAStreamGivesTheRecordedFlowAndCaches(GoldenCase golden) throws CheckpointException {
        AveragedSink cache = new AveragedSink(capacity(golden), SINK);
        try (Transformer transformer = GoldenTransformer.load(golden, cache.keys(), new Probes());
                Probes.Tensors seen = new Probes.Tensors(transformer);
                TransformerState state = transformer.open(cache.capacityFrames())) {
            String prompt = "";
            for (JsonNode call : golden.calls()) {
                String context = call.at("/inputs/context").asText();
                if (!context.equals(prompt)) {
                    state.setPrompt(GoldenTransformer.prompt(golden, context));
                    prompt = context;
                }
                JsonNode expected = call.path("state");
                CachePass pass = cache.pass(expected.path("start_frame").asInt(), expected.path("frames").size());
                compare(expected, cache, pass);
                state.begin(pass);
                run(golden, call, state, pass, seen);
            }
            finalCaches(golden, state, cache);
        }
    }

    /** All slots there are hold something as soon as frames had to leave. */
    private static int capacity(GoldenCase golden) {
        return golden.calls().stream().map(call -> call.path("state")).filter(state -> state.path("evicted_slots").asInt() > 0).findFirst()
                .map(state -> state.path("n_valid").asInt()).orElse(SLOTS);
    }

    private static void compare(JsonNode expected, AveragedSink cache, CachePass pass) {
        List<Integer> places = ((KeyView.Turned) pass.view()).positions();
        assertEquals(ints(expected.path("written_slots")), pass.writtenSlots().stream().map(places::get).toList());
        assertEquals(IntStream.range(0, expected.path("frames").size()).boxed().toList(), pass.writtenFrames());
        assertEquals(expected.path("n_valid").asInt(), pass.attendedSlots());
        assertEquals(expected.path("global_end").asInt(), cache.end());
        assertEquals(ints(expected.path("q_rope_positions")), pass.queryPositions());
        assertEquals(ints(expected.path("k_rope_positions")), places.stream().sorted().toList());
        assertEquals(ints(expected.path("attended_slots")), places.stream().sorted().toList());
        List<CacheChange> nothing = List.of();
        switch (expected.path("sink_update").asText()) {
            case "none" -> assertEquals(nothing, pass.before());
            case "ema" -> assertEquals(
                    expected.path("evicted_slots").asInt(), ((CacheChange.Average) pass.before().getFirst()).from().size());
            default -> assertTrue(pass.before().getFirst() instanceof CacheChange.Copy);
        }
        assertEquals(nothing, pass.after());
    }

    private static void run(GoldenCase golden, JsonNode call, TransformerState state, CachePass pass, Probes.Tensors seen)
            throws CheckpointException {
        int frames = pass.queryPositions().size();
        seen.bind(state.binding(pass), pass, "seen_k0");
        state.latents(frames).write(GoldenTransformer.frameMajor(golden, call.at("/inputs/z").asText()));
        state.denoise(pass, state.latents(frames), call.path("t").floatValue(), 0.5f);
        double tolerance = golden.manifest().at("/tolerance/single_call").asDouble();
        String flow = call.at("/expect/v").asText();
        Deviation.relative(golden + " " + flow, GoldenTransformer.frameMajor(golden, flow), state.flow(frames).floats(), tolerance);
        if (call.path("expect").has("k0_attended_rotated")) {
            String keys = call.at("/expect/k0_attended_rotated").asText();
            List<Integer> slots = byPlace(((KeyView.Turned) pass.view()).positions());
            Deviation.relative(
                    golden + " " + keys, golden.floats(keys), parts(seen.get(pass, "seen_k0").floats(), slots.size(), slots), tolerance);
        }
    }

    private static void finalCaches(GoldenCase golden, TransformerState state, AveragedSink cache) throws CheckpointException {
        double tolerance = golden.manifest().at("/tolerance/sequence").asDouble();
        for (Map.Entry<String, JsonNode> expected : golden.manifest().at("/final/expect").properties()) {
            Matcher name = Pattern.compile("layer(\\d+)\\.([kv])").matcher(expected.getKey());
            assertTrue(name.matches(), expected.getKey());
            int layer = Integer.parseInt(name.group(1));
            Tensor slots = name.group(2).equals("k") ? state.keys(layer) : state.values(layer);
            String tensor = expected.getValue().asText();
            float[] actual = parts(slots.floats(), cache.capacityFrames(), cache.slots());
            // What is in slots that no frame was in yet does not matter.
            float[] held = Arrays.copyOf(golden.floats(tensor), actual.length);
            Deviation.relative(golden + " " + tensor, held, actual, tolerance);
        }
    }

    /** The slot at each place. */
    private static List<Integer> byPlace(List<Integer> places) {
        return IntStream.range(0, places.size()).map(places::indexOf).boxed().toList();
    }

    /** Some of the equal parts of an array, in another order. */
    private static float[] parts(float[] all, int count, List<Integer> order) {
        int length = all.length / count;
        float[] out = new float[order.size() * length];
        IntStream.range(0, order.size()).forEach(i -> System.arraycopy(all, order.get(i) * length, out, i * length, length));
        return out;
    }

    private static List<Integer> ints(JsonNode array) {
        return array.valueStream().map(JsonNode::asInt).toList();
    }
}
