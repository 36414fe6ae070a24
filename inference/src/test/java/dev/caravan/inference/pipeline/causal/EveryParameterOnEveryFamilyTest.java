package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.diffusion.PhiloxNoise;
import dev.caravan.inference.pipeline.causal.WatchedStream.Seen;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every parameter a client can change while a stream runs (contract §2.6), on every family, MemFlow with its memory besides: what it changes in the tensors it is about, from
 * which chunk on, and what it leaves alone. Each test compares with a stream that was not told, which has the same seed and input.
 */
class EveryParameterOnEveryFamilyTest {

    private static final float ROUNDING = 1e-5f;

    private static final List<TinyFamily> FAMILIES = new ArrayList<>();

    @BeforeAll
    static void load(@TempDir Path folder) throws Exception {
        Path models = TinyFamily.models(folder);
        for (CausalFamily family : TinyFamily.all()) {
            FAMILIES.add(TinyFamily.load(family, models));
        }
        FAMILIES.add(TinyFamily.load(new MemFlow().configured(Map.of("memflow_mode", "upstream")), models));
    }

    @AfterAll
    static void close() {
        FAMILIES.forEach(TinyFamily::close);
    }

    static List<TinyFamily> families() {
        return FAMILIES;
    }

    /** A stream without input that made a chunk. */
    private static WatchedStream text(TinyFamily of) {
        WatchedStream stream = new WatchedStream(of);
        stream.chunk("input_mode", "text", "prompts", prompts("a boat"), "denoising_step_list", List.of(1000, 500));
        return stream;
    }

    /** A stream that follows its input, as the published guides begin one, and made a chunk. */
    private static WatchedStream video(TinyFamily of) {
        WatchedStream stream = new WatchedStream(of);
        stream.chunk("input_mode", "video", "prompts", prompts("a boat"), "denoising_step_list", List.of(1000, 750), "noise_scale", 0.7,
                "noise_controller", true, "vace_enabled", false);
        return stream;
    }

    /** A stream that is guided by its input and made a chunk. */
    private static WatchedStream guided(TinyFamily of) {
        WatchedStream stream = new WatchedStream(of);
        stream.chunk("input_mode", "video", "prompts", prompts("a boat"), "denoising_step_list", List.of(700, 500), "vace_enabled", true,
                "vace_use_input_video", true, "vace_context_scale", 1.0);
        return stream;
    }

    private static List<Map<String, Object>> prompts(String... texts) {
        return Arrays.stream(texts).map(text -> Map.<String, Object>of("text", text, "weight", 1.0)).toList();
    }

    @ParameterizedTest
    @MethodSource("families")
    void promptsAreWhatTheNextChunkIsConditionedOn(TinyFamily of) {
        try (WatchedStream changed = text(of); WatchedStream unchanged = text(of)) {
            Seen city = changed.chunk("prompts", prompts("a city"));
            Seen boat = unchanged.chunk();

            assertArrayEquals(of.embedding("a city"), city.embedding());
            assertArrayEquals(of.embedding("a boat"), boat.embedding());
            assertArrayEquals(boat.begin(), city.begin(), "of the same noise");
            assertDiffer(boat.latents, city.latents);
            assertFalse(city.anew);
            assertEquals(boat.recaches.size() + (of.family().recachedLatents() > 0 ? 1 : 0), city.recaches.size());
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void severalPromptsAreBlendedByTheirWeightsAndTheMethodAskedFor(TinyFamily of) {
        try (WatchedStream stream = text(of)) {
            Seen linear = stream.chunk("prompts", List.of(Map.of("text", "a boat", "weight", 1), Map.of("text", "a city", "weight", 3)));
            float[] boat = of.embedding("a boat");
            float[] city = of.embedding("a city");
            float[] sum = new float[boat.length];
            for (int i = 0; i < sum.length; i++) {
                sum[i] = 0.25f * boat[i] + 0.75f * city[i];
            }
            double longer = (0.25 * norm(boat) + 0.75 * norm(city)) / norm(sum);
            for (int i = 0; i < sum.length; i++) {
                assertEquals(sum[i] * longer, linear.embedding()[i], ROUNDING);
            }
            Seen slerp = stream.chunk("prompt_interpolation_method", "slerp");
            assertDiffer(linear.embedding(), slerp.embedding());
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void aTransitionIsWalkedInItsStepsByItsMethod(TinyFamily of) {
        try (WatchedStream straight = video(of); WatchedStream arc = video(of)) {
            float[] boat = of.embedding("a boat");
            float[] city = of.embedding("a city");
            List<Seen> linear = transition(straight, "linear");
            List<Seen> slerp = transition(arc, "slerp");

            for (int step = 0; step < 4; step++) {
                assertFalse(linear.get(step).anew, "what was made before stays");
                for (int i = 0; i < boat.length; i++) {
                    assertEquals(boat[i] + step / 3f * (city[i] - boat[i]), linear.get(step).embedding()[i], ROUNDING);
                }
            }
            for (int end : List.of(0, 3)) {
                assertArrayEquals(linear.get(end).embedding(), slerp.get(end).embedding(), ROUNDING);
            }
            for (int way : List.of(1, 2)) {
                assertDiffer(linear.get(way).embedding(), slerp.get(way).embedding());
                assertDiffer(linear.get(way).latents, slerp.get(way).latents);
            }
            Seen after = straight.chunk();
            assertArrayEquals(city, after.embedding());
            assertEquals("a city", after.conditioning.currentPrompts().getFirst().text());
        }
    }

    /** The four chunks of a transition of four steps. */
    private static List<Seen> transition(WatchedStream stream, String method) {
        List<Seen> chunks = new ArrayList<>();
        chunks.add(stream.chunk("transition",
                Map.of("target_prompts", prompts("a city"), "num_steps", 4, "temporal_interpolation_method", method)));
        for (int step = 1; step < 4; step++) {
            chunks.add(stream.chunk());
        }
        return chunks;
    }

    @ParameterizedTest
    @MethodSource("families")
    void theDenoisingStepListIsTheTimestepsOfTheChunk(TinyFamily of) {
        try (WatchedStream stream = text(of)) {
            assertEquals(List.of(800f, 400f), stream.chunk("denoising_step_list", List.of(800, 400)).timesteps());
            assertEquals(List.of(800f, 600f, 400f), stream.chunk("denoising_step_list", List.of(800, 600, 400)).timesteps());
            assertEquals(List.of(800f, 600f, 400f), stream.chunk().timesteps(), "until it is changed");
        }
        try (WatchedStream stream = video(of)) {
            Seen chunk = stream.chunk("denoising_step_list", List.of(800, 400), "noise_controller", false);
            assertEquals(List.of(600f, 400f), chunk.timesteps(), "the first follows from the noise scale of 0.7");
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void noiseScaleIsTheShareOfNoiseInWhatTheChunkBeginsWith(TinyFamily of) {
        try (WatchedStream stream = video(of)) {
            stream.chunk("noise_controller", false);
            for (double scale : new double[] {0.7, 0.5, 0, 1}) {
                Seen chunk = stream.chunk("noise_scale", scale);
                assertEquals(OptionalDouble.of(scale), chunk.noiseScale);
                float[] noise = PhiloxNoise.forChunk(of.settings().seed(), chunk.start).normals(chunk.encoded.length);
                float[] mixed = new float[noise.length];
                for (int i = 0; i < mixed.length; i++) {
                    mixed[i] = (float) (noise[i] * scale + chunk.encoded[i] * (1 - scale));
                }
                assertArrayEquals(mixed, chunk.begin(), ROUNDING);
                assertEquals(Math.round(1000 * scale) - 100, chunk.timesteps().getFirst());
                assertFalse(chunk.anew);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void theNoiseControllerTakesTheShareFromWhatMoves(TinyFamily of) {
        try (WatchedStream stream = video(of)) {
            double moving = stream.chunk().noiseScale.orElseThrow();
            assertEquals(0.9 * 0.6 + 0.1 * 0.7, moving, 1e-6, "everything moves");
            stream.holdStill();
            stream.chunk();
            assertEquals(0.9 * 0.8 + 0.1 * 0.7, stream.chunk().noiseScale.orElseThrow(), 1e-6, "nothing moves");
            assertEquals(0.7, stream.chunk("noise_controller", false).noiseScale.orElseThrow(), "as it was asked for");
            assertEquals(0.9 * 0.8 + 0.1 * 0.7, stream.chunk("noise_controller", true).noiseScale.orElseThrow(), 1e-6);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void manageCacheDecidesWhetherOtherSettingsBeginAnew(TinyFamily of) {
        try (WatchedStream stream = video(of)) {
            Seen kept = stream.chunk("manage_cache", false, "denoising_step_list", List.of(800, 400));
            assertFalse(kept.anew);
            assertTrue(kept.start > 0);
            assertFalse(stream.chunk("prompts", prompts("a city")).anew);

            Seen begun = stream.chunk("manage_cache", true, "denoising_step_list", List.of(700, 400));
            assertTrue(begun.anew);
            assertEquals(0, begun.start);
            assertTrue(stream.chunk("prompts", prompts("a boat")).anew, "a hard change while it follows video");
            assertFalse(stream.chunk().anew);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void resetCacheBeginsAnewAtFrameZeroWithOneChunk(TinyFamily of) {
        try (WatchedStream stream = new WatchedStream(of)) {
            stream.holdStill();
            List<Seen> first = fiveChunks(stream, "input_mode", "video", "prompts", prompts("a boat"), "denoising_step_list", List.of(900));
            List<Seen> again = fiveChunks(stream, "reset_cache", true);
            for (int i = 0; i < 5; i++) {
                assertEquals(i == 0, again.get(i).anew);
                assertEquals(first.get(i).start, again.get(i).start);
                assertArrayEquals(first.get(i).begin(), again.get(i).begin());
                assertArrayEquals(first.get(i).latents, again.get(i).latents, "chunk " + i);
                assertTrue(Arrays.deepEquals(first.get(i).pictures.toArray(), again.get(i).pictures.toArray()));
            }
            assertFalse(stream.chunk("reset_cache", false).anew);
        }
    }

    /** So many that there is something to forget: a window that rolls, a memory. */
    private static List<Seen> fiveChunks(WatchedStream stream, Object... first) {
        return List.of(stream.chunk(first), stream.chunk(), stream.chunk(), stream.chunk(), stream.chunk());
    }

    @ParameterizedTest
    @MethodSource("families")
    void theAttentionBiasWeighsPastFramesInKreaAndNothingElsewhere(TinyFamily of) {
        try (WatchedStream changed = text(of); WatchedStream unchanged = text(of)) {
            Seen little = changed.chunk("kv_cache_attention_bias", 0.05);
            Seen usual = unchanged.chunk();
            assertArrayEquals(usual.begin(), little.begin());
            assertFalse(little.anew);
            if (of.family() instanceof KreaRealtimeVideo) {
                assertDiffer(usual.steps.getFirst().x0(), little.steps.getFirst().x0());
                Seen back = changed.chunk("kv_cache_attention_bias", 0.3, "reset_cache", true);
                Seen begun = unchanged.chunk("reset_cache", true);
                assertArrayEquals(begun.latents, back.latents, "0.3 is that of a session that names none");
            } else {
                assertArrayEquals(usual.latents, little.latents);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void inputModeDecidesWhetherAChunkBeginsFromItsInputOrFromNoise(TinyFamily of) {
        try (WatchedStream stream = text(of)) {
            Seen follows = stream.chunk("input_mode", "video");
            assertTrue(follows.anew && follows.fromVideo());
            Seen generates = stream.chunk("input_mode", "text");
            assertTrue(generates.anew && !generates.fromVideo());
            assertBeginsFromNoise(generates, of);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void vaceUseInputVideoDecidesWhetherTheInputGuidesOrIsBegunFrom(TinyFamily of) {
        try (WatchedStream stream = guided(of)) {
            Seen guides = stream.chunk();
            assertFalse(guides.fromVideo());
            assertEquals(OptionalDouble.of(1), guides.guidance);
            assertBeginsFromNoise(guides, of);

            Seen begins = stream.chunk("vace_use_input_video", false);
            assertTrue(begins.anew && begins.fromVideo());
            assertEquals(OptionalDouble.empty(), begins.guidance);

            Seen again = stream.chunk("vace_use_input_video", true);
            assertTrue(again.anew && !again.fromVideo());
            assertEquals(OptionalDouble.of(1), again.guidance);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void vaceContextScaleIsTheStrengthOfTheHintsAndNothingElse(TinyFamily of) {
        try (WatchedStream stronger = guided(of); WatchedStream without = guided(of); WatchedStream unchanged = guided(of)) {
            Seen strong = stronger.chunk("vace_context_scale", 1.5);
            Seen none = without.chunk("vace_context_scale", 0.0);
            Seen usual = unchanged.chunk();
            assertEquals(OptionalDouble.of(1.5), strong.guidance);
            assertFalse(strong.anew);
            assertArrayEquals(usual.context, strong.context);
            assertArrayEquals(usual.begin(), strong.begin());
            float[] plain = none.steps.getFirst().x0();
            float[] hinted = usual.steps.getFirst().x0();
            assertDiffer(plain, hinted);
            assertTrue(distance(plain, strong.steps.getFirst().x0()) > distance(plain, hinted), "further from what is not guided");
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void vaceRefImagesGuideTheChunkTheyComeWith(TinyFamily of) {
        try (WatchedStream referring = guided(of); WatchedStream unchanged = guided(of)) {
            Seen with = referring.chunk("vace_ref_images", List.of(WatchedStream.PICTURE + 1));
            Seen without = unchanged.chunk();
            int frame = 96 * with.latents.length / 16 / latents(with, of);
            assertEquals(without.context.length + frame, with.context.length, "a latent frame in front");
            assertArrayEquals(without.context, Arrays.copyOfRange(with.context, frame, with.context.length), ROUNDING);
            assertArrayEquals(without.begin(), with.begin());
            assertDiffer(without.latents, with.latents);

            Seen next = referring.chunk();
            assertArrayEquals(unchanged.chunk().context, next.context, ROUNDING, "it was for one chunk");
            Seen other = referring.chunk("vace_ref_images", List.of(WatchedStream.PICTURE + 2));
            assertDiffer(Arrays.copyOf(with.context, frame), Arrays.copyOf(other.context, frame));
            unchanged.chunk();

            Seen missing = referring.chunk("vace_ref_images", List.of("/path/to/image.png"));
            assertEquals(List.of("vace_ref_images"), missing.refused);
            assertArrayEquals(unchanged.chunk().context, missing.context, ROUNDING, "left out");
            assertEquals(List.of(), referring.chunk("vace_ref_images", List.of()).refused);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void loraScalesAreTheStrengthOfAnAdapterFromTheNextChunkOn(TinyFamily of) {
        try (WatchedStream changed = text(of); WatchedStream unchanged = text(of)) {
            Seen other = changed.chunk("manage_cache", false, "lora_scales", scale(of, -2));
            Seen usual = unchanged.chunk("manage_cache", false);
            assertFalse(other.anew);
            assertArrayEquals(usual.begin(), other.begin());
            assertDiffer(usual.steps.getFirst().x0(), other.steps.getFirst().x0());
            assertDiffer(unchanged.chunk().latents, changed.chunk().latents);

            Seen back = changed.chunk("manage_cache", true, "lora_scales", scale(of, 1));
            assertTrue(back.anew, "managed caches are those of one strength");
            assertArrayEquals(unchanged.chunk("manage_cache", true, "reset_cache", true).latents, back.latents);
            assertFalse(changed.chunk().anew);
        }
    }

    private static List<Map<String, Object>> scale(TinyFamily of, double scale) {
        return List.of(Map.of("path", TinyFamily.adapter(of.family()), "scale", scale));
    }

    private static int latents(Seen chunk, TinyFamily of) {
        return (int) (chunk.latents.length / of.networks().size().latents(1).elements());
    }

    private static void assertBeginsFromNoise(Seen chunk, TinyFamily of) {
        assertEquals(0, chunk.encoded.length);
        float[] noise = PhiloxNoise.forChunk(of.settings().seed(), chunk.start).normals(chunk.begin().length);
        assertArrayEquals(noise, chunk.begin());
    }

    private static void assertDiffer(float[] one, float[] other) {
        assertEquals(one.length, other.length);
        assertTrue(distance(one, other) > 1e-3, "they differ by " + distance(one, other));
    }

    private static double norm(float[] vector) {
        double sum = 0;
        for (float x : vector) {
            sum += (double) x * x;
        }
        return Math.sqrt(sum);
    }

    /** Largest difference of two numbers at one place. */
    private static double distance(float[] one, float[] other) {
        double largest = 0;
        for (int i = 0; i < one.length; i++) {
            largest = Math.max(largest, Math.abs(one[i] - other[i]));
        }
        return largest;
    }
}
