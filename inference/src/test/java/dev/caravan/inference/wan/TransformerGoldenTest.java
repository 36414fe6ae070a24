package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.RollingWindow;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The transformer with a rolling window against recorded calls: each call's flow, the stages inside where recorded, the final caches. */
@Tag("golden")
class TransformerGoldenTest {

    static List<GoldenCase> rollingWindows() {
        return GoldenCase.where(manifest -> manifest.path("cache").has("capacity_frames"));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("rollingWindows")
    void everyCallOfAStreamGivesTheRecordedFlowAndCaches(GoldenCase golden) throws CheckpointException {
        JsonNode cache = golden.manifest().path("cache");
        RollingWindow window = new RollingWindow(cache.path("capacity_frames").asInt(), cache.path("sink_frames").asInt());
        try (Transformer transformer = GoldenTransformer.load(golden, new Probes());
                Probes.Tensors seen = new Probes.Tensors(transformer);
                TransformerState state = transformer.open(window.capacityFrames())) {
            String prompt = "";
            for (JsonNode call : golden.calls()) {
                String context = call.at("/inputs/context").asText();
                if (!context.equals(prompt)) {
                    state.setPrompt(GoldenTransformer.prompt(golden, context));
                    prompt = context;
                }
                JsonNode frames = call.at("/state/frames");
                CachePass pass = call.path("pass").asText().equals("recache")
                        ? window.recache(call.at("/state/end").asInt(), frames.size())
                        : window.pass(frames.get(0).asInt(), frames.size());
                call(golden, call, state, pass, seen);
                if (call.path("expect").has("text")) {
                    text(golden, call, transformer);
                }
            }
            finalCaches(golden, state, window);
        }
    }

    private static void call(GoldenCase golden, JsonNode call, TransformerState state, CachePass pass, Probes.Tensors seen)
            throws CheckpointException {
        int frames = pass.queryPositions().size();
        assertEquals(integers(call.at("/state/q_rope_positions")), pass.queryPositions());
        assertEquals(call.at("/state/attended_frames").size(), pass.attendedSlots());
        Binding binding = state.binding(pass);
        call.path("expect").fieldNames().forEachRemaining(stage -> seen.bind(binding, pass, stage));
        state.latents(frames).write(GoldenTransformer.frameMajor(golden, call.at("/inputs/z").asText()));
        state.denoise(pass, state.latents(frames), call.path("t").floatValue(), 0.5f);
        for (Map.Entry<String, JsonNode> expected : call.path("expect").properties()) {
            String tensor = expected.getValue().asText();
            switch (expected.getKey()) {
                case "v" -> near(golden, tensor, GoldenTransformer.frameMajor(golden, tensor), state.flow(frames));
                case "k0" -> near(golden, tensor, kept(golden.floats(tensor), pass), seen.get(pass, "k0"));
                case "text" -> { }
                default -> near(golden, tensor, golden.floats(tensor), seen.get(pass, expected.getKey()));
            }
        }
    }

    private static void near(GoldenCase golden, String what, float[] expected, Tensor actual) {
        Deviation.relative(golden + " " + what, expected, actual.floats(), golden.manifest().at("/tolerance/single_call").asDouble());
    }

    /** Keys are computed for the frames that are kept only. */
    private static float[] kept(float[] keys, CachePass pass) {
        int perFrame = keys.length / pass.queryPositions().size();
        float[] out = new float[perFrame * pass.writtenFrames().size()];
        for (int i = 0; i < pass.writtenFrames().size(); i++) {
            System.arraycopy(keys, pass.writtenFrames().get(i) * perFrame, out, i * perFrame, perFrame);
        }
        return out;
    }

    private static void text(GoldenCase golden, JsonNode call, Transformer transformer) throws CheckpointException {
        TransformerConfig config = transformer.config();
        try (Tensor prompt = Ort.cpu().of(DType.F32, Shape.of(config.textLen(), config.textDim()),
                        golden.floats(call.at("/inputs/context").asText()));
                Tensor text = Ort.cpu().zeros(DType.F32, Shape.of(config.textLen(), config.dim()));
                Binding binding = transformer.text().bind().input(TransformerGraph.PROMPT, prompt).output(Probes.output("text"), text)) {
            binding.run();
            String expected = call.at("/expect/text").asText();
            near(golden, expected, golden.floats(expected), text);
        }
    }

    private static void finalCaches(GoldenCase golden, TransformerState state, RollingWindow window) throws CheckpointException {
        List<Integer> order = integers(golden.manifest().at("/final/order"));
        assertEquals(order, window.frames());
        double tolerance = golden.manifest().at("/tolerance/sequence").asDouble();
        for (Map.Entry<String, JsonNode> expected : golden.manifest().at("/final/expect").properties()) {
            Matcher cache = Pattern.compile("layer(\\d+)\\.([kv])").matcher(expected.getKey());
            assertTrue(cache.matches(), expected.getKey());
            int layer = Integer.parseInt(cache.group(1));
            Tensor slots = cache.group(2).equals("k") ? state.keys(layer) : state.values(layer);
            String tensor = expected.getValue().asText();
            Deviation.relative(golden + " " + tensor, golden.floats(tensor), inOrder(slots, order, window), tolerance);
        }
    }

    private static float[] inOrder(Tensor cache, List<Integer> order, RollingWindow window) {
        float[] slots = cache.floats();
        int perSlot = Math.toIntExact(cache.shape().elements() / cache.shape().dim(0));
        float[] out = new float[order.size() * perSlot];
        IntStream.range(0, order.size()).forEach(i ->
                System.arraycopy(slots, window.slotOf(order.get(i)) * perSlot, out, i * perSlot, perSlot));
        return out;
    }

    private static List<Integer> integers(JsonNode array) {
        return array.valueStream().map(JsonNode::asInt).toList();
    }
}
