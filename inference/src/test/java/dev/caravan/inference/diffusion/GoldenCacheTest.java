package dev.caravan.inference.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.golden.GoldenCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("golden")
class GoldenCacheTest {

    private static final Set<String> ROLLING = Set.of("longlive", "streamdiffusionv2", "memflow");

    static List<GoldenCase> transformers() {
        return GoldenCase.where(manifest -> ROLLING.contains(manifest.path("variant").asText()) && manifest.has("cache"));
    }

    static List<GoldenCase> wholeChunks() {
        // Those of a rolling cache say how long it is and how many frames stay in it.
        return GoldenCase.where(manifest -> manifest.path("config").has("sink_size")
                && manifest.path("calls").path(0).path("passes").path(0).path("state").has("order"));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("transformers")
    void theCacheHoldsTheRecordedFramesAfterEachCall(GoldenCase golden) {
        JsonNode cache = golden.manifest().path("cache");
        RollingWindow window = new RollingWindow(cache.path("capacity_frames").asInt(), cache.path("sink_frames").asInt());
        for (JsonNode call : golden.calls()) {
            if (call.path("reset").asBoolean() || call.path("clear_cache").asBoolean()) {
                window.reset();
            }
            compare(window, call.path("pass").asText(), call.path("state"));
        }
        assertEquals(ints(golden.manifest().at("/final/order")), window.frames());
        assertEquals(golden.manifest().at("/final/end").asInt(), window.end());
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("wholeChunks")
    void theCacheHoldsTheRecordedFramesWhileChunksAreMade(GoldenCase golden) {
        RollingWindow window = new RollingWindow(golden.config("local_attn_size"), golden.config("sink_size"));
        for (JsonNode chunk : golden.calls()) {
            if (chunk.at("/state/start_frame").asInt() == 0) {
                window.reset();
            }
            for (JsonNode pass : chunk.path("passes")) {
                compare(window, pass.path("kind").asText(), pass.path("state"));
            }
        }
    }

    private static void compare(RollingWindow window, String kind, JsonNode state) {
        int start = state.path("start_frame").asInt();
        int frames = state.path("frames").size();
        boolean recache = kind.equals("recache");
        List<Integer> before = window.frames();
        CachePass pass = recache ? window.recache(start + frames, frames) : window.pass(start, frames);

        assertEquals(ints(state.path("order")), window.frames());
        assertEquals(state.path("end").asInt(), window.end());
        assertEquals(ints(state.path("q_rope_positions")), pass.queryPositions());
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

    private static List<Integer> ints(JsonNode array) {
        return array.valueStream().map(JsonNode::asInt).toList();
    }
}
