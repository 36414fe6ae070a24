package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole chunks from prompt and video to pictures, number by number: text, caches, noise, every denoise step, what is run again, decode. */
@Tag("golden")
class GoldenChunkSequenceTest {

    private static final double LATENTS = 1e-3;
    private static final double PICTURES = 1;
    private static final double SHARES = 1e-3;

    static Stream<GoldenCase> cases() {
        // A window with a sink tells LongLive's kind from those that bank, a number of context frames that of Krea.
        return GoldenCase.where(manifest -> (manifest.at("/config/sink_size").isInt() || manifest.at("/config/kv_cache_num_frames").isInt())
                        && manifest.at("/config/num_frame_per_block").isInt()
                        && manifest.at("/calls/0/op").asText().equals("chunk"))
                .stream();
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("cases")
    void everyChunkIsThatOfTheReference(GoldenCase golden) throws CheckpointException {
        try (GoldenModel model = new GoldenModel(golden)) {
            for (JsonNode call : golden.calls()) {
                compare(golden, call, model.run(call));
            }
        }
    }

    private static void compare(GoldenCase golden, JsonNode call, RecordedChunk made) throws CheckpointException {
        String chunk = "chunk " + call.path("index").asInt();
        JsonNode state = call.path("state");
        JsonNode expect = call.path("expect");
        assertEquals(state.path("start_frame").asInt(), made.start, chunk + ": start frame");
        assertEquals(state.path("vae_cleared").asBoolean(made.start == 0), made.anew, chunk + ": caches begun anew");
        assertEquals(state.path("conditioning_embeds_updated").asBoolean(), made.conditioning.updated(), chunk + ": embedding assigned");
        assertEquals(state.path("transition_active").asBoolean(), made.conditioning.transitionActive(), chunk + ": transition goes on");
        relative(golden, chunk, expect, "conditioning_embeds", made.conditioning.embedding().values());
        if (expect.has("preprocessed_last_frame")) {
            Deviation.within(chunk + ": last input frame", golden.floats(expect.path("preprocessed_last_frame").asText()),
                    made.lastFrame(), 1e-5);
        }
        relative(golden, chunk, expect, "encoded_latents", made.encoded);
        if (state.path("noise_scale_after").isNumber()) {
            assertEquals(state.path("noise_scale_after").asDouble(), made.noiseScale, 1e-5, chunk + ": noise scale");
        }
        if (state.has("step_times")) {
            assertEquals(integers(state.path("step_times")), made.steps.stream().map(RecordedChunk.Step::timestep).toList(), chunk + ": timesteps");
        }
        passes(golden, chunk, call.path("passes"), made);
        relative(golden, chunk, expect, "final_latents", made.latents);
        assertEquals(state.path("output_frames").asInt(), made.pictures, chunk + ": pictures");
        assertEquals(state.path("start_frame_after").asInt(), made.startAfter, chunk + ": start frame after");
        if (expect.has("frames_float")) {
            Deviation.within(chunk + ": pictures as numbers", golden.floats(expect.path("frames_float").asText()), made.shares(), SHARES);
        }
        if (expect.has("frames_u8")) {
            Deviation.within(chunk + ": pictures", golden.floats(expect.path("frames_u8").asText()), made.samples(), PICTURES);
        }
    }

    private static void passes(GoldenCase golden, String chunk, JsonNode passes, RecordedChunk made) throws CheckpointException {
        int step = 0;
        boolean again = passes.valueStream().anyMatch(pass -> pass.path("kind").asText().startsWith("rec"));
        assertEquals(again, made.recached.length > 0, chunk + ": past frames run again");
        for (JsonNode pass : passes) {
            if (pass.path("kind").asText().equals("recache")) {
                relative(golden, chunk + ": recache", pass.path("expect"), "x_in", made.recached);
            } else if (pass.path("kind").asText().equals("recompute")) {
                relative(golden, chunk + ": recompute", pass.path("expect"), "context_frames", made.recached);
            } else if (pass.path("kind").asText().equals("denoise")) {
                String what = chunk + ", step " + step;
                RecordedChunk.Step denoised = made.steps.get(step++);
                relative(golden, what, pass.path("expect"), "x_in", denoised.x());
                relative(golden, what, pass.path("expect"), "x0", denoised.x0());
                assertEquals(pass.path("t").asInt(), denoised.timestep(), what + ": timestep");
                JsonNode seen = pass.has("state") ? pass.path("state") : pass;
                assertEquals(integers(seen.path("q_rope_positions")), denoised.pass().queryPositions(), what + ": positions");
                assertEquals(framesSeen(golden, seen), denoised.pass().attendedSlots(), what + ": frames seen");
            }
        }
        assertEquals(step, made.steps.size(), chunk + ": denoise steps");
    }

    private static int framesSeen(GoldenCase golden, JsonNode pass) {
        int tokens = golden.manifest().at("/latent_grid/0").asInt() / 2 * (golden.manifest().at("/latent_grid/1").asInt() / 2);
        return pass.has("key_tokens") ? pass.path("key_tokens").asInt() / tokens : pass.path("attended_frames").size();
    }

    private static void relative(GoldenCase golden, String what, JsonNode expect, String role, float[] actual) throws CheckpointException {
        if (expect.has(role)) {
            Deviation.relative(what + ": " + role, golden.floats(expect.path(role).asText()), actual, LATENTS);
        }
    }

    private static List<Integer> integers(JsonNode list) {
        return list.valueStream().map(JsonNode::asInt).toList();
    }
}
