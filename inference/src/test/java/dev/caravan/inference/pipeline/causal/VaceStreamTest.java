package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.ort.FragileDevice;
import dev.caravan.inference.ort.Handles;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.SessionSeed;
import dev.caravan.inference.text.Conditioning;
import dev.caravan.inference.text.Interpolation;
import dev.caravan.inference.text.WeightedPrompt;
import dev.caravan.inference.wan.vae.VaeType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which steps of which chunks are guided, and by how many latent frames; on small networks with random weights. */
class VaceStreamTest {

    private static final int SIDE = TinyLongLive.SIDE;

    @TempDir
    private static Path folder;

    private static Path models;
    private static CausalNetworks networks;

    /** What happens to a stream, one word each. */
    private final List<String> events = new ArrayList<>();
    private final List<float[]> contexts = new ArrayList<>();

    @BeforeAll
    static void load() throws Exception {
        models = TinyLongLive.models(folder);
        networks = networks(new LongLive(), Map.of());
    }

    @AfterAll
    static void close() {
        networks.close();
    }

    private static CausalNetworks networks(CausalFamily family, Map<String, Object> more) throws Exception {
        Map<String, Object> parameters = new HashMap<>(more);
        parameters.put("vace_enabled", true);
        LoadSettings settings =
                LoadSettings.of(family, PipelineSchema.load(family.id()), TinyLongLive.request(models, parameters));
        return new NetworkLoader(new ModelFiles(family, models), settings, Ort.cpu(), Progress.NONE).load();
    }

    private ChunkGenerator open(CausalFamily family, CausalNetworks on) {
        return new ChunkGenerator(family, on, 7, new ChunkProbe() {
            @Override
            public void begins(int start, boolean anew, Conditioning conditioning) {
                events.add((anew ? "anew " : "chunk ") + start);
            }

            @Override
            public void encoded(float[] pixels, Tensor latents, double noiseScale) {
                events.add("from video");
            }

            @Override
            public void recache(CachePass pass, Tensor latents) {
                events.add("recache");
            }

            @Override
            public void guided(VaceContext context, double scale) {
                events.add("guided " + context.frames() + " x" + scale);
                contexts.add(context.tensor().floats());
            }

            @Override
            public void stepBegins(CachePass pass, float timestep, Tensor x) {
                events.add("step");
            }

            @Override
            public void unguided() {
                events.add("unguided");
            }

            @Override
            public void finished(Tensor latents) {
                events.add("done");
            }
        });
    }

    private static List<Rgb24> pictures(int count, long seed) {
        Random random = new Random(seed);
        List<Rgb24> out = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] rgb = new byte[3 * 20 * 12];
            random.nextBytes(rgb);
            out.add(new Rgb24(20, 12, rgb));
        }
        return out;
    }

    private static ChunkRequest request(List<Rgb24> video, VaceRequest vace) {
        return request("a boat", video, vace);
    }

    private static ChunkRequest request(String prompt, List<Rgb24> video, VaceRequest vace) {
        return new ChunkRequest(video, List.of(new WeightedPrompt(prompt, 1)), Interpolation.LINEAR, Optional.empty(), List.of(1000, 500),
                0.7, true, true, false, vace, OptionalDouble.empty(), Map.of());
    }

    private static VaceRequest following() {
        return new VaceRequest(true, List.of(), Optional.empty(), Optional.empty(), 0.5);
    }

    private static VaceRequest references(int count) {
        return new VaceRequest(false, pictures(count, 3), Optional.empty(), Optional.empty(), 1);
    }

    private static VaceRequest extension(boolean guides) {
        return new VaceRequest(guides, pictures(1, 4), Optional.of(pictures(1, 5).getFirst()), Optional.of(pictures(1, 6).getFirst()), 2);
    }

    private static int make(ChunkGenerator generator, ChunkRequest request) {
        int[] made = new int[1];
        generator.next(request, rgb -> made[0]++);
        return made[0];
    }

    @Test
    void inputThatGuidesLeavesTheChunkAsItIsInTextMode() {
        try (ChunkGenerator generator = open(new LongLive(), networks)) {
            assertEquals(12, generator.inputFrames());
            assertEquals(9, make(generator, request(pictures(12, 1), following())));
            assertEquals(12, make(generator, request(pictures(12, 2), following())));
        }
        assertEquals(List.of("anew 0", "guided 4 x0.5", "step", "step", "unguided", "done",
                "chunk 3", "guided 3 x0.5", "step", "step", "unguided", "done"), events);
    }

    @Test
    void aReferenceLastsOneChunkAndComesInFrontOfFrames() {
        try (ChunkGenerator generator = open(new LongLive(), networks)) {
            make(generator, request(List.of(), references(1)));
            make(generator, request(List.of(), references(0)));
            make(generator, request(List.of(), references(7)));
        }
        assertEquals(List.of("anew 0", "guided 1 x1.0", "step", "step", "unguided", "done", "chunk 3", "step", "step", "done",
                "chunk 6", "guided 2 x1.0", "step", "step", "unguided", "done"), events);
        events.clear();
        try (ChunkGenerator generator = open(new LongLive(), networks)) {
            make(generator, request(pictures(12, 1), new VaceRequest(true, pictures(2, 3), Optional.empty(), Optional.empty(), 1)));
        }
        assertEquals("guided 5 x1.0", events.get(1));
        assertReference(contexts.getLast(), contexts.getFirst());
    }

    /** The first frame of a context is the same reference latent as that of a chunk guided by it alone; and no mask. */
    private static void assertReference(float[] context, float[] alone) {
        int plane = SIDE / 8 * SIDE / 8;
        assertArrayEquals(Arrays.copyOf(alone, 96 * plane), Arrays.copyOf(context, 96 * plane));
        assertArrayEquals(new float[80 * plane], Arrays.copyOfRange(context, 16 * plane, 96 * plane));
    }

    @Test
    void firstAndLastPicturesAreThreeLatentsWhateverTheChunkHas() {
        try (ChunkGenerator generator = open(new LongLive(), networks)) {
            make(generator, request(List.of(), extension(false)));
            make(generator, request(pictures(12, 1), extension(true)));
            make(generator, request(pictures(12, 1), extension(false)));
        }
        // A reference stands in front of each of them.
        assertEquals(List.of("anew 0", "guided 4 x2.0", "step", "step", "unguided", "done",
                "chunk 3", "guided 4 x2.0", "step", "step", "unguided", "done",
                "anew 0", "from video", "guided 4 x2.0", "step", "step", "unguided", "done"), events);
    }

    @Test
    void aRecacheIsNotGuidedAndANewPromptBeginsAnewWhereThereIsInput() {
        try (ChunkGenerator generator = open(new LongLive(), networks)) {
            make(generator, request(List.of(), references(1)));
            make(generator, request("a forest", List.of(), references(1)));
            make(generator, request("a forest", pictures(12, 1), following()));
            make(generator, request("a mosaic", pictures(12, 1), following()));
        }
        assertEquals(List.of("anew 0", "guided 1 x1.0", "step", "step", "unguided", "done",
                "chunk 3", "recache", "guided 1 x1.0", "step", "step", "unguided", "done",
                "chunk 6", "guided 3 x0.5", "step", "step", "unguided", "done",
                "anew 0", "guided 4 x0.5", "step", "step", "unguided", "done"), events);
    }

    @Test
    void inputThatBeginsToGuideChangesTheMode() {
        try (ChunkGenerator generator = open(new LongLive(), networks)) {
            make(generator, request(pictures(12, 1), VaceRequest.NONE));
            make(generator, request(pictures(12, 1), following()));
            make(generator, request(List.of(), VaceRequest.NONE));
            make(generator, request(pictures(12, 1), VaceRequest.NONE));
        }
        assertEquals(List.of("anew 0", "anew 0", "chunk 3", "anew 0"),
                events.stream().filter(event -> event.startsWith("anew") || event.startsWith("chunk")).toList());
    }

    @Test
    void streamDiffusionV2IsGuidedALatentAtATime() throws Exception {
        try (CausalNetworks own = networks(new StreamDiffusionV2(), Map.of());
                ChunkGenerator generator = open(new StreamDiffusionV2(), own)) {
            assertEquals(4, generator.inputFrames());
            assertEquals(5, make(generator, request(pictures(4, 1), following())));
            assertEquals(4, make(generator, request(pictures(4, 1), following())));
            VaceRequest first = new VaceRequest(true, List.of(), Optional.of(pictures(1, 5).getFirst()), Optional.empty(), 1);
            assertEquals(4, make(generator, request(pictures(4, 1), first)));
        }
        assertEquals(List.of("guided 2 x0.5", "guided 1 x0.5", "guided 1 x1.0"),
                events.stream().filter(event -> event.startsWith("guided")).toList());
    }

    @ParameterizedTest
    @EnumSource
    void everyAutoencoderMakesAContextOfTheSameLength(VaeType type) throws Exception {
        try (CausalNetworks own = networks(new LongLive(), Map.of("vae_type", type.wireName()));
                ChunkGenerator generator = open(new LongLive(), own)) {
            make(generator, request(pictures(12, 1), following()));
            make(generator, request(pictures(12, 1), following()));
            make(generator, request(pictures(12, 1), extension(true)));
        }
        assertEquals(List.of("guided 4 x0.5", "guided 3 x0.5", "guided 4 x2.0"),
                events.stream().filter(event -> event.startsWith("guided")).toList());
    }

    @Test
    void latentsOfAContextDoNotLeaveTheDevice() {
        try (ChunkGenerator generator = new ChunkGenerator(new LongLive(), networks, 7, ChunkProbe.NONE)) {
            long read = Ort.cpu().transfers().bytesToHost();
            int pictures = make(generator, request(pictures(12, 1), extension(true)));
            assertEquals((long) pictures * TinyLongLive.RGB_BYTES, Ort.cpu().transfers().bytesToHost() - read);
        }
    }

    @Test
    void nothingOfAContextIsLeftAfterItsChunk() {
        Handles before = Ort.cpu().handles();
        try (ChunkGenerator generator = open(new LongLive(), networks)) {
            for (int chunk = 0; chunk < 6; chunk++) {
                make(generator, request(pictures(12, 1), extension(true)));
            }
            Handles steady = Ort.cpu().handles();
            make(generator, request(pictures(12, 1), extension(true)));
            assertEquals(steady, Ort.cpu().handles());
        }
        assertEquals(before, Ort.cpu().handles());
    }

    @Test
    void aFailureAtAnyPointOfAGuidedChunkLeavesNothingBehind() throws Exception {
        Map<String, Object> guided = new HashMap<>(TinyLongLive.video("a boat").values());
        guided.putAll(Map.of("vace_enabled", true, "vace_ref_images", List.of("a"), "first_frame_image", "b"));
        Parameters parameters = new Parameters(guided);
        try (FragileDevice device = new FragileDevice();
                LoadedPipeline model = TinyLongLive.load(device.device(), models, Map.of("vace_enabled", true))) {
            // Once for all streams the autoencoder loads what encodes the odd frames of an extension.
            try (PipelineStream stream = model.open(new SessionSeed("s", path -> pictures(1, 3).getFirst()))) {
                TinyLongLive.chunk(stream, parameters);
            }
            Handles before = device.device().handles();
            int failures = 0;
            for (int point = 0; point < 12; point++) {
                try (PipelineStream stream = model.open(new SessionSeed("s", path -> pictures(1, 3).getFirst()))) {
                    device.failAfter(3 * point);
                    assertThrows(PipelineException.class, () -> TinyLongLive.chunk(stream, parameters));
                    failures++;
                    device.mend();
                }
                assertEquals(before, device.device().handles(), "after failure " + failures);
            }
        }
    }

    @Test
    void streamsSideBySideAreGuidedAsEachAlone() {
        try (ChunkGenerator alone = open(new LongLive(), networks)) {
            make(alone, request(pictures(12, 1), extension(true)));
            make(alone, request(pictures(12, 2), following()));
        }
        List<float[]> expected = List.copyOf(contexts);
        contexts.clear();
        try (ChunkGenerator one = open(new LongLive(), networks);
                ChunkGenerator other = new ChunkGenerator(new LongLive(), networks, 8, ChunkProbe.NONE)) {
            make(other, request(pictures(12, 9), following()));
            make(one, request(pictures(12, 1), extension(true)));
            make(other, request(pictures(12, 8), following()));
            make(one, request(pictures(12, 2), following()));
        }
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), contexts.get(i), "chunk " + i);
        }
    }

    @Test
    void aPictureThatIsNotThereCostsNothingButItself() throws Exception {
        Map<String, Object> named = new HashMap<>(TinyLongLive.text("a boat").values());
        named.put("vace_ref_images", List.of("nowhere.png"));
        try (LoadedPipeline model = TinyLongLive.load(Ort.cpu(), models, Map.of("vace_enabled", true));
                PipelineStream stream = model.open(new SessionSeed("s"));
                PipelineStream without = model.open(new SessionSeed("t"))) {
            List<byte[]> made = new ArrayList<>();
            Chunk chunk = stream.next(List.of(), new Parameters(named), (picture, time) -> made.add(((Rgb24) picture).data()));
            assertEquals(9, chunk.frames());
            assertEquals("vace_ref_images", chunk.refused().getFirst().key());
            List<byte[]> expected = TinyLongLive.chunk(without, TinyLongLive.text("a boat"));
            assertTrue(Arrays.deepEquals(expected.toArray(), made.toArray()));
            assertEquals(List.of(), stream.next(List.of(), TinyLongLive.text("a boat"), (picture, time) -> {}).refused());
        }
    }

    @Test
    void inputGuidesOnlyAModelThatWasLoadedWithVace() throws Exception {
        Map<String, Object> guided = new HashMap<>(TinyLongLive.video("a boat").values());
        guided.put("vace_enabled", true);
        for (boolean loaded : new boolean[] {true, false}) {
            try (LoadedPipeline model = TinyLongLive.load(Ort.cpu(), models, Map.of("vace_enabled", loaded));
                    PipelineStream stream = TinyLongLive.open(model)) {
                Parameters parameters = new Parameters(guided);
                List<Frame> in = TinyLongLive.input(stream, parameters, 1);
                assertEquals(12, in.size());
                // From noise nine, from video thirteen.
                assertEquals(loaded ? 9 : 13, TinyLongLive.chunk(stream, parameters, in).size());
            }
        }
    }

    @Test
    void aModuleThatIsMissingIsLeftOutUnlessItWasAskedFor(@TempDir Path copy) throws Exception {
        Path without = TinyLongLive.linked(models, copy.resolve("models"));
        Files.delete(without.resolve(new LongLive().vaceModule()));
        PipelineException refused =
                assertThrows(PipelineException.class, () -> TinyLongLive.load(Ort.cpu(), without, Map.of("vace_enabled", true)));
        assertTrue(refused.getMessage().startsWith("longlive misses model files: " + new LongLive().vaceModule()), refused.getMessage());
        Map<String, Object> byDefault = new HashMap<>();
        byDefault.put("vace_enabled", null);
        try (LoadedPipeline model = TinyLongLive.load(Ort.cpu(), without, byDefault)) {
            assertTrue(model.notes().contains(
                    "VACE is left out: longlive misses " + new LongLive().vaceModule() + ", download it to have VACE"), model.notes()::toString);
        }
        try (LoadedPipeline model = TinyLongLive.load(Ort.cpu(), without, Map.of("vace_enabled", false))) {
            assertFalse(model.notes().toString().contains("VACE"), model.notes()::toString);
        }
    }

    @Test
    void aModuleOfAnotherNetworkIsRefusedByName(@TempDir Path copy) throws Exception {
        Path other = TinyLongLive.linked(models, copy.resolve("models"));
        Path module = other.resolve(new LongLive().vaceModule());
        Files.delete(module);
        Files.copy(other.resolve("WanVideo_comfy/umt5-xxl-enc-fp8_e4m3fn.safetensors"), module);
        PipelineException refused =
                assertThrows(PipelineException.class, () -> TinyLongLive.load(Ort.cpu(), other, Map.of("vace_enabled", true)));
        assertTrue(refused.getMessage().startsWith("Wan2_1-VACE_module_1_3B_bf16.safetensors holds no VACE module"),
                refused.getMessage());
        TinyLongLive.load(Ort.cpu(), other, Map.of("vace_enabled", false)).close();
    }
}
