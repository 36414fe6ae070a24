package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.tiny.TinyModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** MemFlow generates on its own files, as published and with its memory; that its caches go the recorded way is shown by golden cases. */
class MemFlowTest {

    private static final Map<String, Object> SCOPE = Map.of();
    private static final Map<String, Object> UPSTREAM = Map.of("memflow_mode", "upstream");
    private static final Map<String, Object> SPARSE = Map.of("memflow_mode", "upstream", "memflow_sparse_attention", true);
    /** The bank is full with the ninth chunk and compressed from the eleventh on. */
    private static final int CHUNKS = 12;
    private static final int PICTURES = 12 * CHUNKS - 3;

    @TempDir
    private static Path models;

    @BeforeAll
    static void write() throws Exception {
        TinyModels.write(models, TinyModels.DEFAULT_SEED);
    }

    static List<Map<String, Object>> memories() {
        return List.of(UPSTREAM, SPARSE);
    }

    @Test
    void itGeneratesFromTextAndFromVideoAndRecachesForAnotherPrompt() throws Exception {
        try (LoadedPipeline model = load(SCOPE)) {
            recaches(model);
        }
    }

    @ParameterizedTest
    @MethodSource("memories")
    void withItsMemoryToo(Map<String, Object> mode) throws Exception {
        try (LoadedPipeline model = load(mode)) {
            recaches(model);
        }
    }

    private static void recaches(LoadedPipeline model) throws Exception {
        try (PipelineStream stream = TinyLongLive.open(model);
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

    @Test
    void theModesMakeDifferentPicturesFromTheSecondChunkOnAndScopeIsTheDefault() throws Exception {
        List<byte[]> scope = run(Map.of("memflow_mode", "scope", "memflow_sparse_attention", false));
        List<byte[]> upstream = run(UPSTREAM);
        List<byte[]> sparse = run(SPARSE);
        assertSame(scope, run(SCOPE));
        for (List<byte[]> other : List.of(upstream, sparse)) {
            assertEquals(PICTURES, other.size());
            // Nothing is remembered yet.
            assertSame(scope.subList(0, 9), other.subList(0, 9));
            assertDiffer(scope.subList(9, PICTURES), other.subList(9, PICTURES));
        }
        assertDiffer(upstream, sparse);
    }

    @ParameterizedTest
    @MethodSource("memories")
    void streamsAtTheSameTimeMakeWhatEachMakesAlone(Map<String, Object> mode) throws Exception {
        try (LoadedPipeline model = load(mode)) {
            List<byte[]> alone = new ArrayList<>();
            try (PipelineStream stream = TinyLongLive.open(model)) {
                for (int i = 0; i < CHUNKS; i++) {
                    alone.addAll(TinyLongLive.chunk(stream, prompt(i)));
                }
            }
            List<byte[]> beside = new ArrayList<>();
            try (PipelineStream stream = TinyLongLive.open(model);
                    PipelineStream other = TinyLongLive.open(model)) {
                for (int i = 0; i < CHUNKS; i++) {
                    TinyLongLive.chunk(other, TinyLongLive.video("the sea"));
                    beside.addAll(TinyLongLive.chunk(stream, prompt(i)));
                }
            }
            assertSame(alone, beside);
        }
    }

    /** Another one while the bank is compressed. */
    private static Parameters prompt(int chunk) {
        return TinyLongLive.text(chunk < CHUNKS - 1 ? "a boat" : "a forest");
    }

    @Test
    void whatItCannotBeIsRefusedInOneLine() {
        assertRefused("memflow_mode must be scope or upstream; paper given", Map.of("memflow_mode", "paper"));
        assertRefused("memflow_mode must be scope or upstream; 3 given", Map.of("memflow_mode", 3));
        assertRefused("memflow_sparse_attention must be true or false; yes given",
                Map.of("memflow_mode", "upstream", "memflow_sparse_attention", "yes"));
        assertRefused("memflow_sparse_attention chooses among the blocks of a memory that only memflow_mode upstream has",
                Map.of("memflow_sparse_attention", true));
    }

    private static void assertRefused(String message, Map<String, Object> mode) {
        PipelineException refusal = assertThrows(PipelineException.class, () -> load(mode));
        assertEquals(message, refusal.getMessage());
    }

    private static List<byte[]> run(Map<String, Object> mode) throws Exception {
        List<byte[]> pictures = new ArrayList<>();
        try (LoadedPipeline model = load(mode);
                PipelineStream stream = TinyLongLive.open(model)) {
            for (int i = 0; i < CHUNKS; i++) {
                pictures.addAll(TinyLongLive.chunk(stream, TinyLongLive.text("a boat")));
            }
        }
        return pictures;
    }

    private static LoadedPipeline load(Map<String, Object> mode) throws Exception {
        CausalPipeline pipeline = new CausalPipeline(new MemFlow(), PipelineSchema.load("memflow"), folder -> List.of(), Ort::cpu);
        Map<String, Object> parameters = new HashMap<>(Map.of("width", 16, "height", 16, "vace_enabled", false));
        parameters.putAll(mode);
        return pipeline.load(new LoadRequest(parameters, models), Progress.NONE);
    }

    private static void assertSame(List<byte[]> expected, List<byte[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), "picture " + i);
        }
    }

    private static void assertDiffer(List<byte[]> some, List<byte[]> others) {
        assertTrue(!Arrays.deepEquals(some.toArray(), others.toArray()));
    }
}
