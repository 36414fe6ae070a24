package dev.caravan.inference.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.golden.GoldenCaches;
import dev.caravan.inference.golden.GoldenCase;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What recorded streams say of their caches, call by call; the numbers in them are compared where the networks are. */
@Tag("golden")
class GoldenCacheTest {

    static List<GoldenCase> streams() {
        return GoldenCaches.streams();
    }

    static List<GoldenCase> wholeChunks() {
        // Those of a rolling cache say how long it is and how many frames stay in it.
        return GoldenCase.where(manifest -> manifest.path("config").has("sink_size")
                && manifest.path("calls").path(0).path("passes").path(0).path("state").has("order"));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("streams")
    void eachCallFindsAndLeavesTheRecordedFrames(GoldenCase golden) throws CheckpointException {
        GoldenCaches caches = new GoldenCaches(golden);
        for (JsonNode call : golden.calls()) {
            if (call.path("reset").asBoolean() || call.path("clear_cache").asBoolean()) {
                caches.policy().reset();
            }
            JsonNode state = call.path("state");
            List<Integer> before = frames(caches.policy());
            int recordedBefore = caches.policy() instanceof MemoryBank bank ? bank.recorded() : 0;
            CachePass pass = caches.pass(call);
            if (state.has("q_rope_positions")) {
                assertEquals(ints(state.path("q_rope_positions")), pass.queryPositions());
            }
            switch (caches.policy()) {
                case RollingWindow window -> rolling(window, before, call.path("pass").asText(), state, pass);
                case AveragedSink sink -> averaged(sink, state, pass);
                case MemoryBank bank -> banked(bank, recordedBefore, call, pass);
                case ContextWindow window -> context(state, pass);
            }
        }
        JsonNode last = golden.manifest().path("final");
        if (last.has("order")) {
            assertEquals(ints(last.path("order")), frames(caches.policy()));
        }
        if (last.has("end")) {
            assertEquals(last.path("end").asInt(), ((RollingWindow) caches.policy()).end());
        }
        if (last.has("recorded")) {
            assertEquals(last.path("recorded").asInt(), ((MemoryBank) caches.policy()).recorded());
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("wholeChunks")
    void theCacheHoldsTheRecordedFramesWhileChunksAreMade(GoldenCase golden) {
        RollingWindow window = new RollingWindow(golden.config("local_attn_size"), golden.config("sink_size"));
        for (JsonNode chunk : golden.calls()) {
            if (chunk.at("/state/start_frame").asInt() == 0) {
                window.reset();
            }
            for (JsonNode passed : chunk.path("passes")) {
                JsonNode state = passed.path("state");
                int start = state.path("start_frame").asInt();
                int frames = state.path("frames").size();
                List<Integer> before = window.frames();
                boolean recache = passed.path("kind").asText().equals("recache");
                CachePass pass = recache ? window.recache(start + frames, frames) : window.pass(start, frames);
                assertEquals(ints(state.path("q_rope_positions")), pass.queryPositions());
                rolling(window, before, passed.path("kind").asText(), state, pass);
            }
        }
    }

    private static void rolling(RollingWindow window, List<Integer> before, String kind, JsonNode state, CachePass pass) {
        int start = state.path("start_frame").asInt();
        boolean recache = kind.equals("recache");
        assertEquals(ints(state.path("order")), window.frames());
        assertEquals(state.path("end").asInt(), window.end());
        assertEquals(ints(state.path("attended_frames")), window.frames());
        assertEquals(window.frames().size(), pass.attendedSlots());
        if (!recache) {
            List<Integer> evicted = new ArrayList<>(before);
            evicted.removeAll(window.frames());
            assertEquals(ints(state.path("evicted")), evicted);
            assertEquals(ints(state.path("k_rope_positions")), window.frames());
        }
        assertEquals(ints(state.path("written_frames")), pass.writtenFrames().stream().map(frame -> start + frame).toList());
        // The recording names slots by the frames they held before the call.
        List<Integer> destinations = recache ? ints(state.path("slot_of_buffer_frame")) : ints(state.path("frames"));
        assertEquals(
                pass.writtenFrames().stream().map(destinations::get).map(window::slotOf).toList(), pass.writtenSlots(), "slots written");
    }

    /** The recording counts slots by their place, sink first. */
    private static void averaged(AveragedSink sink, JsonNode state, CachePass pass) {
        if (!state.has("n_valid")) {
            return;
        }
        List<Integer> places = assertInstanceOf(KeyView.Turned.class, pass.view()).positions();
        List<Integer> sorted = places.stream().sorted().toList();
        assertEquals(ints(state.path("written_slots")), pass.writtenSlots().stream().map(places::get).toList());
        assertEquals(IntStream.range(0, state.path("frames").size()).boxed().toList(), pass.writtenFrames());
        assertEquals(state.path("n_valid").asInt(), pass.attendedSlots());
        assertEquals(state.path("global_end").asInt(), sink.end());
        assertEquals(ints(state.path("k_rope_positions")), sorted);
        assertEquals(ints(state.path("attended_slots")), sorted);
        switch (state.path("sink_update").asText()) {
            case "none" -> assertEquals(List.of(), pass.before());
            case "ema" -> assertEquals(state.path("evicted_slots").asInt(),
                    assertInstanceOf(CacheChange.Average.class, pass.before().getFirst()).from().size());
            default -> assertInstanceOf(CacheChange.Copy.class, pass.before().getFirst());
        }
        assertEquals(List.of(), pass.after());
    }

    private static void banked(MemoryBank bank, int recordedBefore, JsonNode call, CachePass pass) {
        JsonNode state = call.path("state");
        if (state.path("absorb").isObject()) {
            assertEquals(state.path("bank_recorded_before").asInt(), recordedBefore);
        }
        assertEquals(ints(state.path("attended_frames")), bank.frames());
        assertEquals(bank.frames().size() + state.path("bank_blocks_visible").asInt(), pass.attendedSlots());
        assertEquals(state.path("absorb").path("mode").asText("nothing"), absorbed(bank, pass));
        if (call.path("pass").asText().equals("clean")) {
            assertEquals(state.path("update_bank").asBoolean(), !pass.after().isEmpty());
        }
    }

    private static String absorbed(MemoryBank bank, CachePass pass) {
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

    private static void context(JsonNode state, CachePass pass) {
        if (state.has("written_slots")) {
            assertEquals(ints(state.path("written_slots")), pass.writtenSlots());
        }
        assertEquals(ints(state.path("attended_slots")), IntStream.range(0, pass.attendedSlots()).boxed().toList());
    }

    /** Those held, ascending, where the policy says. */
    private static List<Integer> frames(KvCachePolicy policy) {
        return switch (policy) {
            case RollingWindow window -> window.frames();
            case MemoryBank bank -> bank.frames();
            case AveragedSink sink -> List.of();
            case ContextWindow window -> List.of();
        };
    }

    private static List<Integer> ints(JsonNode array) {
        return array.valueStream().map(JsonNode::asInt).toList();
    }
}
