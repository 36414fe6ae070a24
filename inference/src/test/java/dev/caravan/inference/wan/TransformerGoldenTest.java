package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.diffusion.AveragedSink;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.ContextWindow;
import dev.caravan.inference.diffusion.KeyView;
import dev.caravan.inference.diffusion.MemoryBank;
import dev.caravan.inference.diffusion.RollingWindow;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCaches;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The transformer of every variant, with every kind of cache, with and without a context, against recorded calls: each call's flow, the
 * stages inside, hints and cached keys where recorded, the final caches.
 */
@Tag("golden")
class TransformerGoldenTest {

    /** Of a block's cache, as recordings name it. */
    private static final Pattern CACHE = Pattern.compile("layer(\\d+)\\.(bank_)?([kv])(_new)?");

    @TempDir
    private Path folder;

    static List<GoldenCase> streams() {
        return GoldenCaches.streams();
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("streams")
    void everyCallOfAStreamGivesTheRecordedNumbers(GoldenCase golden) throws CheckpointException {
        try (GoldenStream stream = new GoldenStream(golden, folder)) {
            Comparison comparison = new Comparison(golden, stream);
            for (JsonNode call : golden.calls()) {
                comparison.call(call);
            }
            comparison.finalCaches();
        }
    }

    private record Comparison(GoldenCase golden, GoldenStream stream) {

        void call(JsonNode call) throws CheckpointException {
            CachePass pass = stream.pass(call);
            int frames = pass.queryPositions().size();
            if (GoldenVace.guides(call)) {
                GoldenVace.set(golden, call, stream.state(), frames);
            }
            if (call.path("state").has("phantom_keys")) {
                phantomKeys(call.path("state"), pass);
            }
            call.path("expect").fieldNames().forEachRemaining(role -> tie(role, pass, GoldenVace.guides(call)));
            stream.state().begin(pass);
            stream.run(call, pass);
            for (Map.Entry<String, JsonNode> expected : call.path("expect").properties()) {
                compare(expected.getKey(), expected.getValue().asText(), call, pass);
            }
        }

        /** So that it is there to be compared afterwards. */
        private void tie(String role, CachePass pass, boolean guided) {
            if (role.startsWith("hint")) {
                stream.state().hints(pass.queryPositions().size()).output(Probes.output(role), stream.seen().get(pass, role));
            } else if (!role.equals("v") && !role.equals("text") && !CACHE.matcher(role).matches()) {
                assertTrue(!guided, role + " of a guided call is not looked at");
                Binding step = stream.state().binding(pass);
                stream.seen().bind(step, pass, role.equals("k0_attended_rotated") ? "seen_k0" : role);
            }
        }

        private void compare(String role, String tensor, JsonNode call, CachePass pass) throws CheckpointException {
            float[] recorded = golden.floats(tensor);
            Matcher cache = CACHE.matcher(role);
            if (cache.matches()) {
                near(tensor, recorded, Arrays.copyOf(cache(cache).floats(), recorded.length));
            } else if (role.startsWith("hint")) {
                // Behind the hints of a step's tokens are those of padding.
                near(tensor, recorded, Arrays.copyOf(stream.seen().get(pass, role).floats(), recorded.length));
            } else {
                switch (role) {
                    case "v" -> near(tensor, GoldenTransformer.frameMajor(golden, tensor),
                            stream.state().flow(pass.queryPositions().size()).floats());
                    case "k0" -> near(tensor, kept(recorded, pass), stream.seen().get(pass, role).floats());
                    case "k0_attended_rotated" -> near(tensor, recorded, seenByPlace(pass));
                    case "text" -> text(tensor, call.at("/inputs/context").asText());
                    default -> near(tensor, recorded, stream.seen().get(pass, role).floats());
                }
            }
        }

        private void near(String what, float[] expected, float[] actual) {
            Deviation.relative(golden + " " + what, expected, actual, tolerance("single_call"));
        }

        private double tolerance(String kind) {
            return golden.manifest().at("/tolerance/" + kind).asDouble();
        }

        private void phantomKeys(JsonNode state, CachePass pass) throws CheckpointException {
            BiasedKeys keys = BiasedKeys.of(pass, GoldenTransformer.size(golden).tokens(), stream.attentionBias());
            assertEquals(state.path("phantom_keys").asInt(), keys.rows() - keys.seen(), "phantom keys");
            if (state.has("key_tokens")) {
                assertEquals(state.path("key_tokens").asInt(), keys.seen(), "keys");
                assertEquals(state.path("log_bias").asDouble(), keys.bias(), 1e-7, "bias");
            }
            if (state.path("biased_key_range").isArray()) {
                assertEquals(state.path("biased_key_range").valueStream().map(JsonNode::asInt).toList(), List.of(keys.from(), keys.to()),
                        "keys with a bias");
            }
        }

        /** Keys are computed for the frames that are kept only. */
        private static float[] kept(float[] keys, CachePass pass) {
            return parts(keys, pass.queryPositions().size(), pass.writtenFrames());
        }

        /** The recording counts slots by their place, sink first. */
        private float[] seenByPlace(CachePass pass) {
            List<Integer> places = ((KeyView.Turned) pass.view()).positions();
            List<Integer> slots = IntStream.range(0, places.size()).map(places::indexOf).boxed().toList();
            return parts(stream.seen().get(pass, "seen_k0").floats(), slots.size(), slots);
        }

        private void text(String tensor, String prompt) throws CheckpointException {
            TransformerConfig config = stream.transformer().config();
            try (Tensor rows = Ort.cpu().of(DType.F32, Shape.of(config.textLen(), config.textDim()), golden.floats(prompt));
                    Tensor text = Ort.cpu().zeros(DType.F32, Shape.of(config.textLen(), config.dim()));
                    Binding binding = stream.transformer().text().bind()
                            .input(TransformerGraph.PROMPT, rows).output(Probes.output("text"), text)) {
                binding.run();
                near(tensor, golden.floats(tensor), text.floats());
            }
        }

        private Tensor cache(Matcher name) {
            int layer = Integer.parseInt(name.group(1));
            return name.group(3).equals("k") ? stream.state().keys(layer) : stream.state().values(layer);
        }

        void finalCaches() throws CheckpointException {
            for (Map.Entry<String, JsonNode> expected : golden.manifest().at("/final/expect").properties()) {
                Matcher name = CACHE.matcher(expected.getKey());
                assertTrue(name.matches(), expected.getKey());
                String tensor = expected.getValue().asText();
                float[] actual = parts(cache(name).floats(), stream.policy().capacityFrames(), slots(name));
                // What is in slots that no frame was in yet does not matter.
                Deviation.relative(
                        golden + " " + tensor, Arrays.copyOf(golden.floats(tensor), actual.length), actual, tolerance("sequence"));
            }
        }

        /** Where lies what the recording has under this name, in its order. */
        private List<Integer> slots(Matcher name) {
            return switch (stream.policy()) {
                case RollingWindow window -> window.frames().stream().map(window::slotOf).toList();
                case AveragedSink sink -> sink.slots();
                case MemoryBank bank when name.group(4) != null -> List.of(bank.recordSlot());
                case MemoryBank bank when name.group(2) != null -> bank.blockSlots();
                case MemoryBank bank -> bank.frames().stream().map(bank::slotOf).toList();
                case ContextWindow window -> throw new AssertionError("nothing of a context window outlives its chunk");
            };
        }

        /** Some of the equal parts of an array, in another order. */
        private static float[] parts(float[] all, int count, List<Integer> order) {
            int length = all.length / count;
            float[] out = new float[order.size() * length];
            IntStream.range(0, order.size()).forEach(i -> System.arraycopy(all, order.get(i) * length, out, i * length, length));
            return out;
        }
    }
}
