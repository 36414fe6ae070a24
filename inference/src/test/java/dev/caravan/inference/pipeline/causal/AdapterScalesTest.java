package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.tiny.TinySet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Scales of adapters that change while streams run: {@code lora_scales} of the contract. */
@Timeout(60)
class AdapterScalesTest {

    private static final Path LORA = TinySet.models().resolve("lora").toAbsolutePath();
    private static final String FIRST = LORA.resolve(LoraFiles.CONVERTED).toString();
    private static final String SECOND = LORA.resolve(LoraFiles.TRAINER).toString();

    private static LoadedPipeline model;

    @BeforeAll
    static void load() throws Exception {
        model = TinyLongLive.load(Ort.cpu(), TinySet.models(),
                LoraFiles.load("runtime_peft", LoraFiles.adapter(LoraFiles.CONVERTED, 1), LoraFiles.adapter(SECOND, 0.5)));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static Parameters usual(Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(Map.of("prompts", List.of(Map.of("text", "a boat"))));
        all.putAll(more);
        return TinyLongLive.with(all);
    }

    private static Parameters scales(Object... scales) {
        return usual(Map.of("lora_scales", List.of(scales)));
    }

    private static Map<String, Object> scale(String path, double scale) {
        return LoraFiles.adapter(path, scale);
    }

    /** The pictures of each chunk. */
    private static List<List<byte[]>> run(Parameters... chunks) throws Exception {
        return run(model, chunks);
    }

    private static List<List<byte[]>> run(LoadedPipeline of, Parameters... chunks) throws Exception {
        List<List<byte[]>> pictures = new ArrayList<>();
        try (PipelineStream stream = TinyLongLive.open(of)) {
            for (Parameters chunk : chunks) {
                pictures.add(TinyLongLive.chunk(stream, chunk));
            }
        }
        return pictures;
    }

    private static void assertSame(List<byte[]> expected, List<byte[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), "picture " + i);
        }
    }

    private static boolean same(List<byte[]> a, List<byte[]> b) {
        return Arrays.deepEquals(a.toArray(), b.toArray());
    }

    @Test
    void aScaleSentWhileStreamingMakesTheNextChunkThatOfAFreshStreamAndStays() throws Exception {
        List<List<byte[]>> changed = run(usual(Map.of()), usual(Map.of()), scales(scale(FIRST, -2)), usual(Map.of()));
        List<List<byte[]>> fresh = run(scales(scale(FIRST, -2)), usual(Map.of()));
        assertSame(fresh.get(0), changed.get(2));
        assertSame(fresh.get(1), changed.get(3));
        assertFalse(same(changed.get(0), changed.get(2)));
    }

    @Test
    void withoutManagedCachesTheStreamGoesOnWithTheNewScale() throws Exception {
        Map<String, Object> unmanaged = Map.of("manage_cache", false);
        Map<String, Object> scaled = Map.of("manage_cache", false, "lora_scales", List.of(scale(FIRST, -2)));
        List<List<byte[]>> unchanged = run(usual(unmanaged), usual(unmanaged));
        List<List<byte[]>> changed = run(usual(unmanaged), usual(scaled));
        assertSame(unchanged.get(0), changed.get(0));
        assertEquals(12, changed.get(1).size());
        assertFalse(same(unchanged.get(1), changed.get(1)));
    }

    @Test
    void scalesThatChangeNothingOnlyBeginAnew() throws Exception {
        List<byte[]> first = run(usual(Map.of())).getFirst();
        List<Parameters> ofNoEffect = List.of(scales(), scales(scale(FIRST, 1 + 1e-7)), scales(scale("/elsewhere/x.safetensors", 3)),
                usual(Map.of("lora_scales", List.of(Map.of("path", FIRST, "scale", Double.NaN), "x", Map.of("path", 3)))));
        for (Parameters chunk : ofNoEffect) {
            assertSame(first, run(usual(Map.of()), chunk).get(1));
        }
    }

    @Test
    void anAdapterIsKnownAsItIsListedAndAsItWasAskedFor() throws Exception {
        List<byte[]> listed = run(scales(scale(FIRST, 0.2), scale(SECOND, 2))).getFirst();
        assertSame(listed, run(scales(scale(LoraFiles.CONVERTED, 0.2), scale(LoraFiles.TRAINER, 2))).getFirst());
    }

    @Test
    void streamsOfOtherScalesAtTheSameTimeMakeWhatEachMakesAlone() throws Exception {
        Parameters[] one = {scales(scale(FIRST, 0.1)), usual(Map.of()), scales(scale(SECOND, -1)), usual(Map.of())};
        Parameters[] other = {usual(Map.of()), scales(scale(FIRST, 3), scale(SECOND, 0)), usual(Map.of()), usual(Map.of())};
        List<List<byte[]>> oneAlone = run(one);
        List<List<byte[]>> otherAlone = run(other);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<List<List<byte[]>>> oneBeside = threads.submit(() -> run(one));
            Future<List<List<byte[]>>> otherBeside = threads.submit(() -> run(other));
            for (int chunk = 0; chunk < one.length; chunk++) {
                assertSame(oneAlone.get(chunk), oneBeside.get().get(chunk));
                assertSame(otherAlone.get(chunk), otherBeside.get().get(chunk));
            }
        }
    }

    @Test
    void ofMergedAdaptersNoScaleChanges() throws Exception {
        try (LoadedPipeline merged = TinyLongLive.load(Ort.cpu(), TinySet.models(),
                LoraFiles.load("permanent_merge", LoraFiles.adapter(LoraFiles.CONVERTED, 1)))) {
            List<List<byte[]>> chunks = run(merged, usual(Map.of()), scales(scale(FIRST, -2)));
            assertSame(chunks.get(0), chunks.get(1));
        }
    }
}
