package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.diffusion.CacheChange;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.KeyView;
import dev.caravan.inference.diffusion.MemoryBank;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.ort.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The transformer with a memory bank against recorded calls: what the bank takes in, what heads see, each call's flow, what is left. */
@Tag("golden")
class MemoryBankGoldenTest {

    /** Of the published model; the recordings do not say. */
    private static final int WINDOW = 12;
    private static final int SINK = 3;
    private static final int BLOCKS = 3;
    private static final String SEEN = "sma_selected_blocks_per_layer_and_head";

    static List<GoldenCase> banks() {
        return GoldenCase.where(manifest ->
                manifest.path("variant").asText().equals("memflow") && manifest.path("final").has("recorded"));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("banks")
    void everyCallOfAStreamGivesTheRecordedFlowAndBank(GoldenCase golden) throws CheckpointException {
        boolean sparse = golden.calls().stream().anyMatch(call -> call.path("state").has(SEEN));
        MemoryBank bank = new MemoryBank(WINDOW, SINK, BLOCKS, sparse);
        try (Transformer transformer = GoldenTransformer.load(golden, bank.keys(), new Probes());
                Probes.Tensors seen = new Probes.Tensors(transformer);
                TransformerState state = transformer.open(bank.capacityFrames())) {
            String prompt = "";
            for (JsonNode call : golden.calls()) {
                String context = call.at("/inputs/context").asText();
                if (!context.equals(prompt)) {
                    state.setPrompt(GoldenTransformer.prompt(golden, context));
                    prompt = context;
                }
                new Call(golden, call, bank, state, seen, transformer.config().layers()).compare();
            }
            finalCaches(golden, state, bank);
        }
    }

    private record Call(
            GoldenCase golden, JsonNode json, MemoryBank bank, TransformerState state, Probes.Tensors seen, int layers) {

        void compare() throws CheckpointException {
            JsonNode recorded = json.path("state");
            int frames = recorded.path("frames").size();
            int recordedBefore = bank.recorded();
            CachePass pass = pass(recorded, frames);
            if (!recorded.path("absorb").isNull()) {
                assertEquals(recorded.path("bank_recorded_before").asInt(), recordedBefore);
            }
            assertEquals(integers(recorded.path("attended_frames")), bank.frames());
            assertEquals(bank.frames().size() + recorded.path("bank_blocks_visible").asInt(), pass.attendedSlots());
            assertEquals(recorded.path("absorb").path("mode").asText("nothing"), absorbed(pass));
            if (json.path("pass").asText().equals("clean")) {
                assertEquals(recorded.path("update_bank").asBoolean(), !pass.after().isEmpty());
            }
            begin(pass, recorded.path("absorb").path("kept_top2_per_layer"));
            for (int layer = 0; recorded.has(SEEN) && layer < layers; layer++) {
                seen.bind(state.binding(pass), pass, "memory" + layer);
            }
            run(pass, frames);
            String v = json.at("/expect/v").asText();
            Deviation.relative(golden + " " + v, GoldenTransformer.frameMajor(golden, v), state.flow(frames).floats(),
                    golden.manifest().at("/tolerance/single_call").asDouble());
            for (int layer = 0; recorded.has(SEEN) && layer < layers; layer++) {
                List<Integer> first = firstAlike(pass, layer);
                assertEquals(byHead(recorded.path(SEEN).path(layer), first), byHead(seen.get(pass, "memory" + layer), first),
                        v + " layer " + layer);
            }
        }

        /**
         * Of each memory block, the first one that holds the same: the first record is a copy of the first frame of the sink, and which
         * of two blocks alike is seen makes no difference.
         */
        private List<Integer> firstAlike(CachePass pass, int layer) {
            List<List<Float>> memory = ((KeyView.Banked) pass.view()).memory().stream()
                    .map(slot -> {
                        List<Float> both = new ArrayList<>();
                        for (Tensor cache : List.of(state.keys(layer), state.values(layer))) {
                            for (float number : slot(cache, slot)) {
                                both.add(number);
                            }
                        }
                        return both;
                    })
                    .toList();
            return memory.stream().map(memory::indexOf).toList();
        }

        private CachePass pass(JsonNode recorded, int frames) {
            int start = recorded.path("start_frame").asInt();
            return json.path("pass").asText().equals("recache") ? bank.recache(start + frames, frames) : bank.pass(start, frames);
        }

        private void run(CachePass pass, int frames) throws CheckpointException {
            state.latents(frames).write(GoldenTransformer.frameMajor(golden, json.at("/inputs/z").asText()));
            if (json.path("pass").asText().equals("denoise")) {
                state.denoise(pass, state.latents(frames), json.path("t").floatValue(), 0.5f);
            } else {
                state.store(pass, state.latents(frames));
            }
        }

        private String absorbed(CachePass pass) {
            return pass.before().stream()
                    .filter(change -> !(change instanceof CacheChange.Clear))
                    .map(change -> switch (change) {
                        case CacheChange.Copy copy when copy.from().equals(List.of(bank.recordSlot())) ->
                                "fill slot " + bank.blockSlots().indexOf(copy.to().getFirst());
                        case CacheChange.Compress compress -> "compress";
                        default -> change.toString();
                    })
                    .findFirst().orElse("nothing");
        }

        /** Which blocks stay where the bank was full is seen by what lies where before and afterwards. */
        private void begin(CachePass pass, JsonNode kept) {
            List<List<float[]>> before = new ArrayList<>();
            kept.forEach(layer -> before.add(blocks(before.size())));
            state.begin(pass);
            for (int layer = 0; layer < kept.size(); layer++) {
                List<float[]> after = blocks(layer);
                for (int i = 0; i < kept.path(layer).size(); i++) {
                    assertArrayEquals(before.get(layer).get(kept.path(layer).path(i).asInt()), after.get(i), "block " + i);
                }
                assertArrayEquals(slot(state.keys(layer), bank.recordSlot()), after.getLast());
            }
        }

        private List<float[]> blocks(int layer) {
            return bank.blockSlots().stream().map(slot -> slot(state.keys(layer), slot)).toList();
        }
    }

    private static void finalCaches(GoldenCase golden, TransformerState state, MemoryBank bank) throws CheckpointException {
        assertEquals(integers(golden.manifest().at("/final/order")), bank.frames());
        assertEquals(golden.manifest().at("/final/recorded").asInt(), bank.recorded());
        double tolerance = golden.manifest().at("/tolerance/sequence").asDouble();
        for (Map.Entry<String, JsonNode> expected : golden.manifest().at("/final/expect").properties()) {
            Matcher name = Pattern.compile("layer(\\d+)\\.(bank_)?([kv])(_new)?").matcher(expected.getKey());
            assertTrue(name.matches(), expected.getKey());
            int layer = Integer.parseInt(name.group(1));
            Tensor cache = name.group(3).equals("k") ? state.keys(layer) : state.values(layer);
            List<Integer> slots = name.group(4) != null ? List.of(bank.recordSlot())
                    : name.group(2) != null ? bank.blockSlots() : bank.frames().stream().map(bank::slotOf).toList();
            String tensor = expected.getValue().asText();
            Deviation.relative(golden + " " + tensor, golden.floats(tensor), slots(cache, slots), tolerance);
        }
    }

    private static float[] slots(Tensor cache, List<Integer> slots) {
        int numbers = Math.toIntExact(cache.shape().elements() / cache.shape().dim(0));
        float[] all = cache.floats();
        float[] out = new float[slots.size() * numbers];
        for (int i = 0; i < slots.size(); i++) {
            System.arraycopy(all, slots.get(i) * numbers, out, i * numbers, numbers);
        }
        return out;
    }

    private static float[] slot(Tensor cache, int slot) {
        return slots(cache, List.of(slot));
    }

    private static List<List<Integer>> byHead(JsonNode heads, List<Integer> first) {
        return heads.valueStream().map(head -> integers(head).stream().map(first::get).sorted().toList()).toList();
    }

    /** I64 [3,N], the best first; recorded in the order of their numbers. */
    private static List<List<Integer>> byHead(Tensor best, List<Integer> first) {
        int heads = (int) best.shape().dim(1);
        LongBuffer all = ByteBuffer.wrap(best.bytes()).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
        return IntStream.range(0, heads)
                .mapToObj(head -> IntStream.iterate(head, at -> at < all.limit(), at -> at + heads)
                        .mapToObj(at -> first.get((int) all.get(at))).sorted().toList())
                .toList();
    }

    private static List<Integer> integers(JsonNode array) {
        return array.valueStream().map(JsonNode::asInt).toList();
    }
}
