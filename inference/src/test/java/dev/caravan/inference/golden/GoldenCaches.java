package dev.caravan.inference.golden;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.diffusion.AveragedSink;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.ContextWindow;
import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.diffusion.MemoryBank;
import dev.caravan.inference.diffusion.RollingWindow;
import java.util.List;
import java.util.Set;

/**
 * The caches of a recorded stream of transformer calls: the one place that knows how each recorded variant keeps its keys, whatever the
 * recording is about. Sizes are those the recording names or shows, else those of the published model.
 */
public final class GoldenCaches {

    /** Which memory blocks each head chose; only recordings of sparse banks say. */
    public static final String CHOSEN = "sma_selected_blocks_per_layer_and_head";

    private static final int SINK = 3;
    private static final int BLOCKS = 3;
    private static final int CHUNK = 3;
    /** Passes over frames that were passed before. */
    private static final Set<String> AGAIN = Set.of("recache", "recompute");

    private final GoldenCase golden;
    private final KvCachePolicy policy;
    /** The frame behind those passed. */
    private int end;

    public GoldenCaches(GoldenCase golden) {
        this.golden = golden;
        this.policy = switch (golden.manifest().path("variant").asText()) {
            case "longlive" -> rolling(12);
            case "streamdiffusionv2" -> rolling(6);
            case "memflow" -> states("bank_blocks_visible") ? bank() : rolling(12);
            case "reward_forcing" -> new AveragedSink(slots(), SINK);
            case "krea_realtime_video" -> new ContextWindow(context(), golden.manifest().path("num_frame_per_block").asInt(CHUNK));
            default -> throw new AssertionError(golden + " is of a variant whose caches nobody knows");
        };
    }

    /** All recorded streams of transformer calls. */
    public static List<GoldenCase> streams() {
        return GoldenCase.where(manifest -> manifest.has("variant") && manifest.at("/calls/0/inputs/z").isTextual());
    }

    public KvCachePolicy policy() {
        return policy;
    }

    /** What the recorded call does to the caches; calls are asked for in order. */
    public CachePass pass(JsonNode call) throws CheckpointException {
        int frames = (int) golden.stored(call.at("/inputs/z").asText()).shape().dim(1);
        if (AGAIN.contains(call.path("pass").asText())) {
            return policy.recache(end, frames);
        }
        int start = call.at("/state/start_frame").asInt();
        CachePass pass = policy.pass(start, frames);
        end = start + frames;
        return pass;
    }

    private RollingWindow rolling(int published) {
        JsonNode cache = golden.manifest().path("cache");
        return new RollingWindow(cache.path("capacity_frames").asInt(published), cache.path("sink_frames").asInt(SINK));
    }

    private MemoryBank bank() {
        JsonNode cache = golden.manifest().path("cache");
        return new MemoryBank(cache.path("capacity_frames").asInt(12), cache.path("sink_frames").asInt(SINK), BLOCKS, states(CHOSEN));
    }

    /** All slots there are hold something as soon as frames had to leave. */
    private int slots() {
        return golden.calls().stream().map(call -> call.path("state")).filter(state -> state.path("evicted_slots").asInt() > 0).findFirst()
                .map(state -> state.path("n_valid").asInt())
                .orElse(golden.manifest().at("/final/slots").asInt(9));
    }

    private int context() {
        return golden.calls().stream().filter(call -> call.path("pass").asText().equals("recompute"))
                .mapToInt(call -> call.at("/state/q_rope_positions").size()).findFirst().orElse(3);
    }

    private boolean states(String key) {
        return golden.calls().stream().anyMatch(call -> call.path("state").has(key));
    }
}
