package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.ParameterTable;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Parameters and pictures nobody sane sends: the stream makes what they ask for as far as that means something, and works on. */
@Timeout(60)
class HostileParametersTest {

    @TempDir
    private static Path folder;

    private static LoadedPipeline model;
    private static List<byte[]> ordinary;

    @BeforeAll
    static void load() throws Exception {
        model = TinyLongLive.load(Ort.cpu(), TinyLongLive.models(folder));
        ordinary = alone(TinyLongLive.text("a boat"));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static List<byte[]> alone(Parameters parameters) throws Exception {
        try (PipelineStream stream = TinyLongLive.open(model)) {
            return TinyLongLive.chunk(stream, parameters);
        }
    }

    private static void assertSame(List<byte[]> expected, List<byte[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), "picture " + i);
        }
    }

    static List<String> prompts() {
        return List.of(
                "", " \t\n", "\0", "\ud800 alone \udc00", "\ud83d\ude00".repeat(2000), "\u202eright to left\u2066",
                "a\u0300\u0301\u0302".repeat(1000),
                "</s><pad><s>", "&amp;".repeat(1500), "&amp;lt;".repeat(1000), "<".repeat(9000), "\ufdfa".repeat(3000),
                "\u200b\u2060\ufeff",
                "a ".repeat(5000), "a".repeat(10_000), "\u2581".repeat(9000), "\r\n".repeat(4000), "\ue000\uffff\ufffe",
                "words ".repeat(100_000 / 6),
                "x".repeat(100_000), "\u001b[31m".repeat(2000));
    }

    @ParameterizedTest
    @MethodSource("prompts")
    void anyTextIsAPrompt(String prompt) throws Exception {
        try (PipelineStream stream = TinyLongLive.open(model)) {
            assertEquals(9, TinyLongLive.chunk(stream, TinyLongLive.text(prompt)).size());
            assertEquals(12, TinyLongLive.chunk(stream, TinyLongLive.video(prompt)).size() - 1);
        }
    }

    @Test
    void asManyPromptsAsADoorLetsThroughAreBlended() throws Exception {
        List<Map<String, Object>> many = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            many.add(Map.of("text", "scene " + i, "weight", i % 2 == 0 ? 1e9 : 0));
        }
        assertEquals(9, alone(accepted(Map.of("prompts", many))).size());
        many.add(Map.of("text", "one more"));
        assertEquals("too_long", ParameterTable.check(Map.of("prompts", many)).errors().getFirst().type());
    }

    private static Parameters accepted(Map<String, Object> sent) {
        ParameterTable.Checked checked = ParameterTable.check(sent);
        assertEquals(List.of(), checked.errors());
        return TinyLongLive.with(checked.accepted());
    }

    /** Doors refuse these numbers; a route that goes around them must not be able to spoil a stream's caches for ever. */
    @Test
    void numbersThatAreNoneCountAsNotSent() throws Exception {
        for (double none : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            Map<String, Object> prompt = Map.of("text", "a boat", "weight", none);
            assertSame(ordinary, alone(TinyLongLive.with(Map.of("prompts", List.of(prompt)))));
            Parameters video = TinyLongLive.video("a boat");
            Map<String, Object> noisy = new HashMap<>(video.values());
            noisy.put("noise_scale", none);
            assertSame(alone(video), alone(new Parameters(noisy)));
            noisy.put("prompts", List.of(prompt, Map.of("text", "a forest", "weight", none)));
            assertNotEquals(0, alone(new Parameters(noisy)).size());
        }
    }

    @Test
    void weightsThatAddUpToNothingWeighTheSame() throws Exception {
        List<Map<String, Object>> equal = List.of(Map.of("text", "a", "weight", 1.0), Map.of("text", "the sea", "weight", 1.0));
        List<Map<String, Object>> nothing = List.of(Map.of("text", "a", "weight", 0.0), Map.of("text", "the sea", "weight", 0.0));
        assertSame(alone(TinyLongLive.with(Map.of("prompts", equal))), alone(TinyLongLive.with(Map.of("prompts", nothing))));
    }

    static List<List<Object>> steps() {
        return List.of(List.of(), List.of(0, 0, 0), List.of(-5, 99_999), List.of(0, 1000), Collections.nCopies(100, 1000), List.of("no",
                "numbers"),
                List.of(Integer.MIN_VALUE), List.of(999.9));
    }

    @ParameterizedTest
    @MethodSource("steps")
    void anyListOfStepsIsOne(List<Object> list) throws Exception {
        try (PipelineStream stream = TinyLongLive.open(model)) {
            Map<String, Object> steps = Map.of("denoising_step_list", list);
            assertEquals(9, TinyLongLive.chunk(stream, TinyLongLive.with(steps)).size());
            Map<String, Object> video = Map.of("denoising_step_list", list, "input_mode", "video");
            assertEquals(13, TinyLongLive.chunk(stream, TinyLongLive.with(video)).size());
        }
    }

    @Test
    void moreThanAHundredStepsAreRefusedAtEveryDoor() {
        List<Integer> many = Collections.nCopies(1000, 500);
        assertEquals("too_long", ParameterTable.check(Map.of("denoising_step_list", many)).errors().getFirst().type());
        PipelineException refusal = assertThrows(PipelineException.class,
                () -> TinyLongLive.load(Ort.cpu(), folder.resolve("models"), Map.of("denoising_steps", many)));
        assertEquals("denoising_steps has at most 100 steps; 1000 given", refusal.getMessage());
    }

    @Test
    void noiseScalesAtTheirEndsAreFine() throws Exception {
        try (PipelineStream stream = TinyLongLive.open(model)) {
            for (double scale : new double[] {0, 1, 0, 1e-300, -5, 7}) {
                for (boolean controller : new boolean[] {true, false}) {
                    Parameters parameters = TinyLongLive.with(
                            Map.of("input_mode", "video", "noise_scale", scale, "noise_controller", controller));
                    assertTrue(TinyLongLive.chunk(stream, parameters).size() >= 12);
                }
            }
        }
    }

    @Test
    void transitionsOfAnyLengthAreWalked() throws Exception {
        for (Object length : List.of(1_000_000_000, Integer.MAX_VALUE, 1, 0, -1, Integer.MIN_VALUE, "many")) {
            for (String method : List.of("slerp", "linear")) {
                try (PipelineStream stream = TinyLongLive.open(model)) {
                    TinyLongLive.chunk(stream, TinyLongLive.text("a boat"));
                    Parameters transition = TinyLongLive.with(Map.of("prompts", List.of(Map.of("text", "a boat")), "transition",
                            Map.of("target_prompts", List.of(Map.of("text", "a forest")), "num_steps", length,
                                    "temporal_interpolation_method", method)));
                    assertEquals(12, TinyLongLive.chunk(stream, transition).size());
                    assertEquals(12, TinyLongLive.chunk(stream, transition).size());
                }
            }
        }
    }

    @Test
    void anotherPromptInEveryChunkIsFollowed() throws Exception {
        try (PipelineStream stream = TinyLongLive.open(model)) {
            for (int i = 0; i < 12; i++) {
                assertEquals(i == 0 ? 9 : 12, TinyLongLive.chunk(stream, TinyLongLive.text("scene " + i)).size());
            }
        }
    }

    @Test
    void aResetInEveryChunkMakesTheFirstChunkAgainAndAgain() throws Exception {
        Map<String, Object> reset = new HashMap<>(TinyLongLive.text("a boat").values());
        reset.put("reset_cache", true);
        try (PipelineStream stream = TinyLongLive.open(model)) {
            for (int i = 0; i < 6; i++) {
                assertSame(ordinary, TinyLongLive.chunk(stream, new Parameters(reset)));
            }
        }
    }

    @Test
    void anotherModeInEveryChunkBeginsAnewInEachOfThem() throws Exception {
        List<byte[]> video = alone(TinyLongLive.video("a boat"));
        try (PipelineStream stream = TinyLongLive.open(model)) {
            for (int i = 0; i < 3; i++) {
                assertSame(ordinary, TinyLongLive.chunk(stream, TinyLongLive.text("a boat")));
                assertSame(video, TinyLongLive.chunk(stream, TinyLongLive.video("a boat")));
            }
        }
    }

    @Test
    void picturesOfAnySizeAreTakenAndTheSizeMayChangeFromOneToTheNext() throws Exception {
        int[][] sizes = {{1, 1}, {1, 500}, {2047, 1}, {3, 5}, {16, 16}, {17, 15}, {640, 3}};
        Random random = new Random(3);
        try (PipelineStream stream = TinyLongLive.open(model)) {
            for (int chunk = 0; chunk < 5; chunk++) {
                List<Frame> frames = new ArrayList<>();
                for (int i = 0; i < stream.inputFrames(TinyLongLive.video("a boat")); i++) {
                    int[] size = sizes[random.nextInt(sizes.length)];
                    frames.addAll(TinyLongLive.frames(1, size[0], size[1], i));
                }
                assertEquals(chunk == 0 ? 13 : 12, TinyLongLive.chunk(stream, TinyLongLive.video("a boat"), frames).size());
            }
        }
    }

    @Test
    void aPictureThatIsNotDecodedCostsItsChunkAlone() throws Exception {
        try (PipelineStream stream = TinyLongLive.open(model)) {
            List<byte[]> first = TinyLongLive.chunk(stream, TinyLongLive.video("a boat"));
            Picture jpeg = new Picture.Encoded("image/jpeg", 16, 16, new byte[10]);
            List<Frame> frames = Collections.nCopies(12, Frame.incoming("session", 0, 0, Origin.of("test"), jpeg));
            PipelineException refusal =
                    assertThrows(PipelineException.class, () -> TinyLongLive.chunk(stream, TinyLongLive.video("a boat"), frames));
            assertFalse(refusal.fatal());
            assertEquals(13, first.size());
            assertEquals(12, TinyLongLive.chunk(stream, TinyLongLive.video("a boat")).size());
        }
    }

    /** There are rotary positions for 1024 latents; a stream begins anew before, and like the first time. */
    @Test
    void aStreamThatOutlivesItsPositionsBeginsAnew() throws Exception {
        Parameters oneStep = TinyLongLive.with(Map.of("denoising_step_list", List.of(1000), "prompts", List.of(Map.of("text", "a boat"))));
        List<byte[]> first = alone(oneStep);
        try (PipelineStream stream = TinyLongLive.open(model)) {
            List<Integer> sizes = new ArrayList<>();
            for (int chunk = 0; chunk < 341; chunk++) {
                sizes.add(TinyLongLive.chunk(stream, oneStep).size());
            }
            assertEquals(IntStream.range(0, 341).mapToObj(chunk -> chunk == 0 ? 9 : 12).toList(), sizes);
            assertSame(first, TinyLongLive.chunk(stream, oneStep));
            assertEquals(12, TinyLongLive.chunk(stream, oneStep).size());
        }
    }
}
