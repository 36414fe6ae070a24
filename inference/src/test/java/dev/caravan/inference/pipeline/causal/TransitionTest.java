package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.ParameterTable;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.StageTime;
import dev.caravan.inference.text.Conditioning;
import dev.caravan.inference.tiny.TinySet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A transition as a session brings it about: with the chunk that first uses it, its targets become the prompts and the transition itself is
 * gone from the parameters. It goes on all the same until its end.
 */
class TransitionTest {

    private static CausalNetworks networks;

    private final List<Conditioning> chunks = new ArrayList<>();
    private final List<Boolean> anew = new ArrayList<>();
    private final ChunkGenerator generator = new ChunkGenerator(new LongLive(), networks, 42, new ChunkProbe() {
        @Override
        public void begins(int start, boolean begunAnew, Conditioning conditioning) {
            chunks.add(conditioning);
            anew.add(begunAnew);
        }
    });
    private final RequestReader reader = new RequestReader("text", List.of(1000), true, new AdapterScales(List.of()));
    private Map<String, Object> parameters = Map.of();
    private List<StageTime> stages = List.of();

    @BeforeAll
    static void load() throws Exception {
        LongLive family = new LongLive();
        LoadRequest request = new LoadRequest(Map.of("height", 16, "width", 16, "vae_type", "lighttae"), TinySet.models());
        LoadSettings settings = LoadSettings.of(family, PipelineSchema.load(family.id()), request);
        networks = new NetworkLoader(new ModelFiles(family, TinySet.models()), settings, Ort.cpu(), Progress.NONE).load();
    }

    @AfterAll
    static void free() {
        networks.close();
    }

    @AfterEach
    void close() {
        generator.close();
    }

    @Test
    void aChunkTellsItsStagesInOrder() {
        chunk(Map.of("prompts", List.of(prompt("a boat"))));
        assertEquals(
                List.of("text", "encode", "recall", "guide", "denoise", "decode", "clean"),
                stages.stream().map(StageTime::stage).toList());
        assertTrue(stages.stream().filter(stage -> stage.stage().equals("denoise")).allMatch(stage -> stage.nanos() > 0));
    }

    @Test
    void itWalksAsManyChunksAsItWasToldFromWhereItIsToItsTarget() {
        chunk(Map.of("prompts", List.of(prompt("a boat"))));
        chunk(transition("a mosaic", 4));
        chunk(Map.of());
        chunk(Map.of());
        chunk(Map.of());
        chunk(Map.of());

        float[] boat = embedding(0);
        float[] mosaic = networks.prompts().encode("a mosaic").values();
        assertEquals(List.of(true, true, true, true, true, false), chunks.stream().map(Conditioning::updated).toList());
        assertEquals(List.of(false, true, true, true, false, false), chunks.stream().map(Conditioning::transitionActive).toList());
        assertArrayEquals(boat, embedding(1), 1e-5f);
        for (int i = 2; i < 5; i++) {
            assertTrue(distance(embedding(i), mosaic) < distance(embedding(i - 1), mosaic), "nearer with chunk " + i);
        }
        assertArrayEquals(mosaic, embedding(4), 1e-5f);
        assertArrayEquals(mosaic, embedding(5), 0);
        assertEquals(List.of(true, false, false, false, false, false), anew);
        assertEquals("a mosaic", chunks.get(5).currentPrompts().getFirst().text());
    }

    @Test
    void newPromptsOnTheWayEndIt() {
        chunk(Map.of("prompts", List.of(prompt("a boat"))));
        chunk(transition("a mosaic", 8));
        chunk(Map.of("prompts", List.of(prompt("a city"))));
        chunk(Map.of());

        assertFalse(chunks.get(2).transitionActive());
        assertArrayEquals(networks.prompts().encode("a city").values(), embedding(3), 0);
    }

    @Test
    void otherSettingsOnTheWayDoNotDisturbIt() {
        chunk(Map.of("prompts", List.of(prompt("a boat"))));
        chunk(transition("a mosaic", 3));
        chunk(Map.of("noise_scale", 0.3));
        chunk(Map.of("denoising_step_list", List.of(1000)));

        assertEquals(List.of(true, true, false), chunks.subList(1, 4).stream().map(Conditioning::transitionActive).toList());
        assertArrayEquals(networks.prompts().encode("a mosaic").values(), embedding(3), 1e-5f);
    }

    @Test
    void anotherTransitionOnTheWayBeginsWhereTheFirstOneIs() {
        chunk(Map.of("prompts", List.of(prompt("a boat"))));
        chunk(transition("a mosaic", 5));
        chunk(Map.of());
        chunk(transition("a city", 2));
        chunk(Map.of());

        assertArrayEquals(embedding(2), embedding(3), 1e-5f);
        assertArrayEquals(networks.prompts().encode("a city").values(), embedding(4), 1e-5f);
    }

    @Test
    void aResetCacheAfterItKeepsItsTarget() {
        chunk(Map.of("prompts", List.of(prompt("a boat"))));
        chunk(transition("a mosaic", 1));
        chunk(Map.of("reset_cache", true));
        chunk(Map.of());

        assertEquals(List.of(true, false, true, false), anew);
        assertArrayEquals(networks.prompts().encode("a mosaic").values(), embedding(3), 0);
    }

    /** Makes a chunk as a session does: the update is merged, the chunk uses it, what was for one chunk only leaves. */
    private void chunk(Map<String, Object> update) {
        parameters = ParameterTable.merge(parameters, update);
        ChunkRequest request = reader.read(List.of(), new Parameters(ParameterTable.forPipeline(parameters)), VaceRequest.NONE);
        stages = generator.next(request, rgb -> {});
        parameters = ParameterTable.afterChunk(parameters);
    }

    private static Map<String, Object> transition(String target, int chunks) {
        return Map.of("transition", Map.of("target_prompts", List.of(prompt(target)), "num_steps", chunks));
    }

    private static Map<String, Object> prompt(String text) {
        return Map.of("text", text, "weight", 1.0);
    }

    private float[] embedding(int chunk) {
        return chunks.get(chunk).embedding().values();
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }
}
