package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.ParameterTable;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.tiny.TinySet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions on different pipelines of one device, at the same time: each makes byte for byte what it makes alone. */
@Timeout(60)
class PipelinesSideBySideTest {

    private static final int CHUNKS = 3;
    private static final Map<String, LoadedPipeline> MODELS = new LinkedHashMap<>();

    /** One session: on which pipeline, and what it asks for. */
    private record Session(String pipeline, Parameters parameters) {
        /** What is left of them after the first chunk. */
        Parameters later() {
            return new Parameters(ParameterTable.afterChunk(parameters.values()));
        }
    }

    @BeforeAll
    static void load() throws Exception {
        for (CausalFamily family : TinyFamily.all()) {
            boolean adapted = family instanceof LongLive && !(family instanceof MemFlow);
            MODELS.put(family.id(), load(family,
                    adapted ? LoraFiles.load("runtime_peft", LoraFiles.adapter(LoraFiles.CONVERTED, 1)) : Map.of()));
        }
    }

    @AfterAll
    static void close() {
        MODELS.values().forEach(LoadedPipeline::close);
    }

    private static LoadedPipeline load(CausalFamily family, Map<String, Object> more) throws Exception {
        Map<String, Object> parameters = new HashMap<>(Map.of("width", 32, "height", 32, "vace_enabled", false));
        parameters.putAll(more);
        return new CausalPipeline(family, PipelineSchema.load(family.id()), folder -> List.of(), Ort::cpu)
                .load(new LoadRequest(parameters, TinySet.models()), Progress.NONE);
    }

    @Test
    void twoPipelinesWithDifferentPromptsMakeWhatEachMakesAlone() throws Exception {
        assertTogetherAsAlone(List.of(session("longlive", "text", "a boat"), session("krea-realtime-video", "text", "a city at night")));
        assertTogetherAsAlone(List.of(session("reward-forcing", "video", "a forest"), session("memflow", "text", "the sea")));
    }

    @Test
    void sessionsOfOneModelWithOtherScalesOfItsAdapterMakeWhatEachMakesAloneBesideOtherPipelines() throws Exception {
        assertTogetherAsAlone(List.of(scaled(0.5), scaled(-2), session("krea-realtime-video", "text", "a boat"),
                session("reward-forcing", "text", "a boat")));
    }

    private static Session scaled(double scale) {
        Map<String, Object> parameters = new HashMap<>(session("longlive", "text", "a boat").parameters().values());
        parameters.put("lora_scales", List.of(LoraFiles.adapter(LoraFiles.CONVERTED, scale)));
        return new Session("longlive", new Parameters(parameters));
    }

    @Test
    void allFiveWithTwoSessionsEachMakeWhatEachMakesAlone() throws Exception {
        List<Session> sessions = new ArrayList<>();
        for (String pipeline : MODELS.keySet()) {
            sessions.add(session(pipeline, "text", "a boat"));
            sessions.add(session(pipeline, "video", "a city at night"));
        }
        assertTogetherAsAlone(sessions);
    }

    private static Session session(String pipeline, String mode, String prompt) {
        return new Session(pipeline, TinyLongLive.with(
                Map.of("input_mode", mode, "prompts", List.of(Map.of("text", prompt, "weight", 1.0)))));
    }

    private static void assertTogetherAsAlone(List<Session> sessions) throws Exception {
        List<List<byte[]>> alone = new ArrayList<>();
        for (Session session : sessions) {
            alone.add(run(session, new CyclicBarrier(1)));
        }
        assertAllDiffer(alone);
        // Every chunk of one is made while the others make theirs.
        CyclicBarrier chunk = new CyclicBarrier(sessions.size());
        try (ExecutorService threads = Executors.newFixedThreadPool(sessions.size())) {
            List<Future<List<byte[]>>> together = sessions.stream().map(session -> threads.submit(() -> run(session, chunk))).toList();
            for (int i = 0; i < sessions.size(); i++) {
                List<byte[]> pictures = together.get(i).get();
                assertEquals(alone.get(i).size(), pictures.size());
                for (int picture = 0; picture < pictures.size(); picture++) {
                    assertArrayEquals(alone.get(i).get(picture), pictures.get(picture), sessions.get(i).pipeline() + ", picture " + picture);
                }
            }
        }
    }

    private static List<byte[]> run(Session session, CyclicBarrier beforeEachChunk) throws Exception {
        List<byte[]> pictures = new ArrayList<>();
        try (PipelineStream stream = TinyLongLive.open(MODELS.get(session.pipeline()))) {
            for (int chunk = 0; chunk < CHUNKS; chunk++) {
                // One that failed does not come: the others do not wait for ever.
                beforeEachChunk.await(30, TimeUnit.SECONDS);
                pictures.addAll(TinyLongLive.chunk(stream, chunk == 0 ? session.parameters() : session.later()));
            }
        }
        return pictures;
    }

    private static void assertAllDiffer(List<List<byte[]>> sessions) {
        for (int i = 0; i < sessions.size(); i++) {
            for (int j = 0; j < i; j++) {
                assertFalse(Arrays.deepEquals(sessions.get(i).toArray(), sessions.get(j).toArray()), i + " and " + j);
            }
        }
    }
}
