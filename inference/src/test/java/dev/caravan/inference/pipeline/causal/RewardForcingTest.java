package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.model.ModelStore;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.tiny.TinySet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reward Forcing on small networks with random weights; that its caches go the way of the published ones is recorded in golden cases. */
class RewardForcingTest {

    private static final PipelineSchema SCHEMA = PipelineSchema.load("reward-forcing");

    @Test
    void theTinySetHasItsFiles() {
        assertEquals(List.of(), new ModelStore(TinySet.models()).missing("reward-forcing"));
    }

    @Test
    void aLongStreamOfTextIsTheSameEveryTimeAndBesideAnother() throws Exception {
        Parameters text = TinyLongLive.text("a boat");
        try (LoadedPipeline model = load(Map.of())) {
            List<byte[]> alone;
            try (PipelineStream stream = TinyLongLive.open(model)) {
                alone = TinyLongLive.chunks(stream, text, 6);
            }
            assertEquals(9 + 5 * 12, alone.size());
            try (PipelineStream stream = TinyLongLive.open(model); PipelineStream other = TinyLongLive.open(model)) {
                List<byte[]> beside = new ArrayList<>();
                for (int chunk = 0; chunk < 6; chunk++) {
                    TinyLongLive.chunk(other, TinyLongLive.text("neon city at night"));
                    beside.addAll(TinyLongLive.chunk(stream, text));
                }
                assertArrayEquals(alone.toArray(), beside.toArray());
            }
        }
    }

    @Test
    void videoGivesThirteenPicturesAndThenTwelveEach() throws Exception {
        Parameters video = TinyLongLive.video("a boat");
        try (LoadedPipeline model = load(Map.of());
                PipelineStream stream = TinyLongLive.open(model);
                PipelineStream same = TinyLongLive.open(model)) {
            assertEquals(12, stream.inputFrames(video));
            List<byte[]> pictures = new ArrayList<>();
            for (int chunk = 0; chunk < 5; chunk++) {
                List<byte[]> made = TinyLongLive.chunk(stream, video);
                assertEquals(chunk == 0 ? 13 : 12, made.size());
                pictures.addAll(made);
            }
            assertArrayEquals(pictures.toArray(), TinyLongLive.chunks(same, video, 5).toArray());
        }
    }

    @Test
    void anotherPromptCountsWithoutARecache() throws Exception {
        try (LoadedPipeline model = load(Map.of());
                PipelineStream stream = TinyLongLive.open(model);
                PipelineStream unchanged = TinyLongLive.open(model)) {
            TinyLongLive.chunks(stream, TinyLongLive.text("a boat"), 4);
            TinyLongLive.chunks(unchanged, TinyLongLive.text("a boat"), 4);
            List<byte[]> other = TinyLongLive.chunk(stream, TinyLongLive.text("neon city at night"));
            List<byte[]> same = TinyLongLive.chunk(unchanged, TinyLongLive.text("a boat"));
            assertFalse(Arrays.deepEquals(other.toArray(), same.toArray()));
        }
    }

    @Test
    void theFirstChunkOfVideoMovesOnByThreeOfItsFourFrames() {
        RewardForcing family = new RewardForcing();
        KvCachePolicy caches = family.newCachePolicy();
        List<CachePass> passes = new ArrayList<>();
        int start = 0;
        for (int frames : List.of(4, 3, 3, 3)) {
            passes.add(caches.pass(start, frames));
            start += family.advance(start, frames, true);
        }
        assertEquals(12, start);
        assertEquals(List.of(3, 4, 5), passes.get(1).writtenSlots(), "of the fourth frame and two more");
        assertEquals(1, passes.get(3).before().size());
        assertEquals(3, family.advance(0, 3, false));
    }

    @Test
    void averagesAreAsWideAsTheNetworkUnlessAskedOtherwise() throws Exception {
        assertEquals(0, new RewardForcing().wideAverages());
        assertEquals(0, new RewardForcing().configured(Map.of()).wideAverages());
        assertEquals(0, new RewardForcing().configured(Map.of("ema_precision", "model")).wideAverages());
        assertEquals(3, new RewardForcing().configured(Map.of("ema_precision", "fp32")).wideAverages());
        try (LoadedPipeline model = load(Map.of("ema_precision", "fp32")); PipelineStream stream = TinyLongLive.open(model)) {
            assertEquals(9 + 4 * 12, TinyLongLive.chunks(stream, TinyLongLive.text("a boat"), 5).size());
        }
    }

    @ParameterizedTest
    @CsvSource({"fp16", "''", "FP32"})
    void anotherPrecisionIsRefusedInOneLine(String precision) {
        PipelineException refused = assertThrows(PipelineException.class, () -> load(Map.of("ema_precision", precision)));
        assertEquals("ema_precision must be model or fp32; " + precision + " given", refused.getMessage());
        assertTrue(refused.fatal());
    }

    private static LoadedPipeline load(Map<String, Object> more) throws Exception {
        LoadRequest request = TinyLongLive.request(TinySet.models(), more);
        return new CausalPipeline(new RewardForcing(), SCHEMA, folder -> List.of(), Ort::cpu).load(request, Progress.NONE);
    }
}
