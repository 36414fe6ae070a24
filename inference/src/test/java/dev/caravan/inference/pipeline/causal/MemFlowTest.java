package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.tiny.TinyModels;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MemFlow generates on its own files; that its caches go the way of the published ones is recorded in a golden case. */
class MemFlowTest {

    @TempDir
    private Path models;

    @Test
    void itGeneratesFromTextAndFromVideoAndRecachesForAnotherPrompt() throws Exception {
        TinyModels.write(models, TinyModels.DEFAULT_SEED);
        CausalPipeline pipeline = new CausalPipeline(new MemFlow(), PipelineSchema.load("memflow"), folder -> List.of(), Ort::cpu);
        LoadRequest request = new LoadRequest(Map.of("width", 32, "height", 32, "vace_enabled", false), models);
        try (LoadedPipeline model = pipeline.load(request, Progress.NONE);
                PipelineStream stream = TinyLongLive.open(model);
                PipelineStream unchanged = TinyLongLive.open(model)) {
            assertEquals(9, TinyLongLive.chunk(stream, TinyLongLive.text("a boat")).size());
            TinyLongLive.chunk(unchanged, TinyLongLive.text("a boat"));
            List<byte[]> other = TinyLongLive.chunk(stream, TinyLongLive.text("neon city at night"));
            List<byte[]> same = TinyLongLive.chunk(unchanged, TinyLongLive.text("a boat"));
            assertEquals(12, other.size());
            assertFalse(Arrays.deepEquals(other.toArray(), same.toArray()));
            assertEquals(13, TinyLongLive.chunk(stream, TinyLongLive.video("a boat")).size());
        }
    }
}
