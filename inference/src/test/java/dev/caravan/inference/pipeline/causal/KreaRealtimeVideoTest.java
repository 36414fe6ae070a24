package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.FragileDevice;
import dev.caravan.inference.ort.Handles;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PictureFiles;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.tiny.TinySet;
import dev.caravan.inference.wan.vae.VaeType;
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

/** In what Krea Realtime Video differs, on small networks with random weights; what it computes is recorded in golden cases. */
class KreaRealtimeVideoTest {

    private static final KreaRealtimeVideo KREA = new KreaRealtimeVideo();
    private static final PipelineSchema SCHEMA = PipelineSchema.load("krea-realtime-video");
    private static final String WARM_UP = "Warming up model...";

    private static LoadedPipeline model;
    private static final List<String> STAGES = new ArrayList<>();

    @BeforeAll
    static void load() throws Exception {
        model = pipeline(Ort.cpu()).load(request(), STAGES::add);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void itGeneratesFromTextAndFromVideo() throws Exception {
        try (PipelineStream stream = TinyLongLive.open(model)) {
            List<Integer> pictures = new ArrayList<>();
            for (Parameters chunk : List.of(text("a boat"), text("a boat"), text("a city"), text("a city"))) {
                assertEquals(0, stream.inputFrames(chunk));
                pictures.add(TinyLongLive.chunk(stream, chunk).size());
            }
            for (int chunk = 0; chunk < 4; chunk++) {
                assertEquals(12, stream.inputFrames(TinyLongLive.video("a boat")));
                pictures.add(TinyLongLive.chunk(stream, TinyLongLive.video("a boat")).size());
            }
            assertEquals(List.of(9, 12, 12, 12, 13, 12, 12, 12), pictures);
        }
    }

    @Test
    void otherVideoGivesOtherPictures() throws Exception {
        Parameters video = TinyLongLive.video("a boat");
        try (PipelineStream one = TinyLongLive.open(model); PipelineStream other = TinyLongLive.open(model)) {
            assertFalse(same(TinyLongLive.chunk(one, video, TinyLongLive.frames(12, 20, 12, 1)),
                    TinyLongLive.chunk(other, video, TinyLongLive.frames(12, 20, 12, 2))));
        }
    }

    @Test
    void aBiasChangedOnTheWayChangesTheNextChunk() throws Exception {
        try (PipelineStream changed = TinyLongLive.open(model); PipelineStream unchanged = TinyLongLive.open(model)) {
            assertTrue(same(TinyLongLive.chunk(changed, biased(0.8)), TinyLongLive.chunk(unchanged, biased(0.8))));
            assertFalse(same(TinyLongLive.chunk(changed, biased(0.02)), TinyLongLive.chunk(unchanged, biased(0.8))));
        }
    }

    @Test
    void aSessionThatNamesNoBiasHasThatOfTheModelAndOneOfOneHasNone() throws Exception {
        try (PipelineStream silent = TinyLongLive.open(model);
                PipelineStream told = TinyLongLive.open(model);
                PipelineStream without = TinyLongLive.open(model)) {
            assertTrue(same(chunks(silent, text("a boat"), 2), chunks(told, biased(0.3), 2)));
            chunks(without, biased(1), 2);
            assertFalse(same(TinyLongLive.chunk(silent, text("a boat")), TinyLongLive.chunk(without, biased(1))));
        }
    }

    @Test
    void theContextIsSeenUnderTheNewPrompt() throws Exception {
        try (PipelineStream changed = TinyLongLive.open(model); PipelineStream unchanged = TinyLongLive.open(model)) {
            assertTrue(same(chunks(changed, text("a boat"), 3), chunks(unchanged, text("a boat"), 3)));
            assertFalse(same(TinyLongLive.chunk(changed, text("a city")), TinyLongLive.chunk(unchanged, text("a boat"))));
        }
    }

    @Test
    void aSecondStreamDoesNotDisturbTheFirst() throws Exception {
        List<byte[]> alone;
        try (PipelineStream stream = TinyLongLive.open(model)) {
            alone = chunks(stream, text("a boat"), 3);
        }
        try (PipelineStream stream = TinyLongLive.open(model);
                PipelineStream other = TinyLongLive.open(model);
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<List<byte[]>> together = threads.submit(() -> chunks(stream, text("a boat"), 3));
            Future<List<byte[]>> second = threads.submit(() -> chunks(other, biased(0.05), 3));
            assertTrue(same(alone, together.get()));
            assertEquals(33, second.get().size());
        }
    }

    @Test
    void aStreamBegunAnewMakesItsFirstChunkAgain() throws Exception {
        try (PipelineStream stream = TinyLongLive.open(model)) {
            List<byte[]> first = chunks(stream, text("a boat"), 3);
            Parameters reset = TinyLongLive.with(Map.of("reset_cache", true, "prompts", List.of(Map.of("text", "a boat", "weight", 1.0))));
            List<byte[]> again = new ArrayList<>(TinyLongLive.chunk(stream, reset));
            again.addAll(chunks(stream, text("a boat"), 2));
            assertTrue(same(first, again));
        }
    }

    @Test
    void theWarmUpIsTheLastStageAndLeavesNoTrace() throws Exception {
        assertEquals(WARM_UP, STAGES.getLast());
        List<byte[]> cold = new ArrayList<>();
        try (CausalNetworks networks = ContextRecomputeTest.networks(Map.of());
                PipelineStream stream = new CausalStream(new ChunkGenerator(KREA, networks, 42, ChunkProbe.NONE),
                        new RequestReader("text", KREA.denoisingSteps(), true, new AdapterScales(List.of())),
                        new VaceReader("krea-realtime-video", VaceSettings.OFF, PictureFiles.NONE, 12), LoadSettings.of(KREA, SCHEMA, request()).size())) {
            cold.addAll(chunks(stream, text("a boat"), 2));
        }
        try (PipelineStream stream = TinyLongLive.open(model)) {
            assertTrue(same(cold, chunks(stream, text("a boat"), 2)));
        }
    }

    @Test
    void aLoadGivenUpWhileWarmingUpLeavesNothing() {
        FragileDevice device = new FragileDevice();
        assertThrows(InterruptedException.class, () -> pipeline(device.device()).load(request(), stage -> {
            if (stage.equals(WARM_UP)) {
                Thread.currentThread().interrupt();
            }
        }));
        assertFalse(Thread.interrupted(), "the interrupt was answered");
        assertEquals(new Handles(0, 0, 0), device.device().handles());
        assertEquals(0, device.device().memory().tensors());
        device.close();
    }

    @Test
    void aDeviceThatFailsWhileWarmingUpFailsTheLoadInOneLine() {
        FragileDevice device = new FragileDevice();
        PipelineException failed = assertThrows(PipelineException.class, () -> pipeline(device.device()).load(request(), stage -> {
            if (stage.equals(WARM_UP)) {
                device.leave(1000);
            }
        }));
        assertEquals("not enough memory on the inference device for krea-realtime-video at 16x16; use a smaller size or unload other pipelines",
                failed.getMessage());
        assertEquals(new Handles(0, 0, 0), device.device().handles());
        device.mend();
        device.close();
    }

    @Test
    void itsFilesAreNamedWhenTheyAreMissing() {
        List<String> missing = new ModelFiles(KREA, TinySet.models().resolve("nowhere")).missing(VaeType.WAN, false);
        assertEquals(List.of("Wan2.1-T2V-14B/config.json", "Wan2.1-T2V-1.3B/Wan2.1_VAE.pth",
                "WanVideo_comfy/umt5-xxl-enc-fp8_e4m3fn.safetensors", "krea-realtime-video/krea-realtime-video-14b.safetensors",
                "Wan2.1-T2V-1.3B/google/umt5-xxl/"), missing);
    }

    @Test
    void aLoadThatNamesNoSizeHasThatOfTheSchema() throws Exception {
        LoadSettings settings = LoadSettings.of(KREA, SCHEMA, new LoadRequest(Map.of(), TinySet.models()));
        assertEquals(320, settings.size().height());
        assertEquals(576, settings.size().width());
    }

    private static CausalPipeline pipeline(Device device) {
        return new CausalPipeline(KREA, SCHEMA, folder -> List.of(), () -> device);
    }

    private static LoadRequest request() {
        return TinyLongLive.request(TinySet.models(), Map.of("denoising_steps", List.of(1000)));
    }

    private static Parameters text(String prompt) {
        return TinyLongLive.text(prompt);
    }

    private static Parameters biased(double bias) {
        Map<String, Object> values = new HashMap<>(Map.of("prompts", List.of(Map.of("text", "a boat", "weight", 1.0))));
        values.put("kv_cache_attention_bias", bias);
        return TinyLongLive.with(values);
    }

    private static List<byte[]> chunks(PipelineStream stream, Parameters parameters, int count) throws Exception {
        List<byte[]> pictures = new ArrayList<>();
        for (int chunk = 0; chunk < count; chunk++) {
            pictures.addAll(TinyLongLive.chunk(stream, parameters));
        }
        return pictures;
    }

    private static boolean same(List<byte[]> one, List<byte[]> other) {
        return Arrays.deepEquals(one.toArray(), other.toArray());
    }
}
