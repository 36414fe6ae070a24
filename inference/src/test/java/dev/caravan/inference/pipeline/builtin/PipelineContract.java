package dev.caravan.inference.pipeline.builtin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.PipelineStream.FrameSink;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.SessionSeed;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every pipeline that can be loaded here has to keep to. */
@Timeout(60)
abstract class PipelineContract {

    static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-02T12:34:56.789Z"));

    private static final int[][] SIZES = {{1, 1}, {2, 1}, {1, 3}, {7, 5}, {64, 64}, {63, 129}, {145, 41}, {576, 320}};

    private LoadedPipeline loaded;

    abstract Pipeline pipeline();

    @BeforeEach
    void load() throws Exception {
        loaded = pipeline().load(new LoadRequest(Map.of(), Path.of("nowhere")), Progress.NONE);
    }

    @AfterEach
    void unload() {
        loaded.close();
    }

    @Test
    void itNeedsNoFiles() {
        assertEquals(List.of(), pipeline().missingFiles(Path.of("nowhere")));
    }

    @Test
    void itSupportsItsDefaultMode() {
        assertTrue(pipeline().schema().supportedModes().contains(pipeline().schema().defaultMode()));
        assertEquals(pipeline().schema().id(), pipeline().id());
    }

    @Test
    void everyModeMakesPicturesWithoutAnyOtherParameter() throws Exception {
        for (String mode : pipeline().schema().supportedModes()) {
            Parameters parameters = new Parameters(Map.of("input_mode", mode));
            try (PipelineStream stream = open("a")) {
                assertEquals(mode.equals("text"), stream.inputFrames(parameters) == 0, mode);
                assertFalse(run(stream, parameters, 320, 240, 3).isEmpty(), mode);
            }
        }
    }

    @Test
    void withoutParametersItRunsInItsDefaultMode() throws Exception {
        try (PipelineStream stream = open("a")) {
            boolean text = pipeline().schema().defaultMode().equals("text");
            assertEquals(text, stream.inputFrames(Parameters.NONE) == 0);
            assertFalse(run(stream, Parameters.NONE, 320, 240, 3).isEmpty());
        }
    }

    @Test
    void tinyAndOddSizesGoThroughOneStreamAfterTheOther() throws Exception {
        try (PipelineStream stream = open("a")) {
            for (int[] size : SIZES) {
                for (Made made : run(stream, anyMode(), size[0], size[1], 2)) {
                    assertNotNull(made.picture());
                    assertTrue(made.picture() instanceof I420 || made.picture() instanceof Rgb24);
                }
            }
        }
    }

    @Test
    void aChunkCountsItsPicturesAndTimeStampsGoWithEventDrivenOutputOnly() throws Exception {
        for (String mode : pipeline().schema().supportedModes()) {
            Parameters parameters = new Parameters(Map.of("input_mode", mode));
            try (PipelineStream stream = open("a")) {
                List<Made> made = new ArrayList<>();
                int wanted = stream.inputFrames(parameters);
                Chunk chunk = stream.next(Inputs.frames(wanted, 64, 48), parameters, (p, t) -> made.add(new Made(p, t)));
                assertEquals(made.size(), chunk.frames());
                for (Made one : made) {
                    boolean paced = chunk.framesPerSecond() > 0;
                    assertEquals(paced, one.timestampMicros() == FrameSink.NO_TIMESTAMP, mode);
                }
                if (wanted > 0) {
                    assertEquals(Inputs.FIRST_TIMESTAMP, made.getFirst().timestampMicros());
                }
            }
        }
    }

    @Test
    void theInputIsNeverWrittenTo() throws Exception {
        try (PipelineStream stream = open("a")) {
            var in = Inputs.frames(stream.inputFrames(anyMode()), 321, 123);
            List<byte[]> before = in.stream().map(f -> Inputs.bytes(f.picture()).clone()).toList();
            stream.next(in, anyMode(), (p, t) -> {});
            for (int i = 0; i < in.size(); i++) {
                assertArrayEquals(before.get(i), Inputs.bytes(in.get(i).picture()));
            }
        }
    }

    @Test
    void aPictureHandedOutIsNeverWrittenToAgain() throws Exception {
        try (PipelineStream stream = open("a")) {
            List<Made> made = run(stream, anyMode(), 320, 240, 1);
            List<byte[]> before = made.stream().map(m -> Inputs.bytes(m.picture()).clone()).toList();
            run(stream, new Parameters(Map.of("prompts", List.of("something else"))), 320, 240, 5);
            for (int i = 0; i < made.size(); i++) {
                assertArrayEquals(before.get(i), Inputs.bytes(made.get(i).picture()));
            }
        }
    }

    @Test
    void oddValuesOfParametersBreakNothing() throws Exception {
        Parameters odd = new Parameters(Map.of(
                "prompts", List.of(42, Map.of("text", "x".repeat(100_000), "weight", "heavy"), Map.of("weight", Double.NaN)),
                "transition", "soon",
                "ctrl_input", Map.of("button", "KeyW", "mouse", List.of("left", Double.NaN)),
                "noise_scale", "much"));
        try (PipelineStream stream = open("a")) {
            assertFalse(run(stream, odd, 320, 240, 2).isEmpty());
        }
    }

    @Test
    void aStreamThatRunsBesideAnotherMakesWhatItMakesAlone() throws Exception {
        Parameters other = new Parameters(Map.of(
                "prompts", List.of("another prompt"), "ctrl_input", Map.of("button", List.of("KeyW"), "mouse", List.of(5, 5))));
        List<Made> alone;
        try (PipelineStream stream = open("a")) {
            alone = run(stream, Parameters.NONE, 160, 120, 4);
        }
        List<Made> beside = new ArrayList<>();
        try (PipelineStream stream = open("a");
                PipelineStream neighbour = open("b")) {
            for (int i = 0; i < 4; i++) {
                run(neighbour, other, 96, 64, 3);
                beside.addAll(run(stream, Parameters.NONE, 160, 120, 1));
            }
        }
        assertSame(alone, beside);
    }

    @Test
    void streamsOnTwoThreadsDoNotDisturbEachOther() throws Exception {
        Callable<List<Made>> work = () -> {
            try (PipelineStream stream = open("a")) {
                return run(stream, Parameters.NONE, 160, 120, 20);
            }
        };
        List<Made> alone = work.call();
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            for (Future<List<Made>> result : executor.invokeAll(List.of(work, work))) {
                assertSame(alone, result.get());
            }
        }
    }

    private PipelineStream open(String session) throws Exception {
        return loaded.open(new SessionSeed(session));
    }

    /** Parameters for the default mode with a prompt. */
    private static Parameters anyMode() {
        return new Parameters(Map.of("prompts", List.of(Map.of("text", "a paper boat", "weight", 1.0))));
    }

    private static List<Made> run(PipelineStream stream, Parameters parameters, int width, int height, int chunks) throws Exception {
        List<Made> made = new ArrayList<>();
        for (int i = 0; i < chunks; i++) {
            stream.next(Inputs.frames(stream.inputFrames(parameters), width, height), parameters, (p, t) -> made.add(new Made(p, t)));
        }
        return made;
    }

    private static void assertSame(List<Made> wanted, List<Made> is) {
        assertEquals(wanted.size(), is.size());
        for (int i = 0; i < wanted.size(); i++) {
            assertArrayEquals(Inputs.bytes(wanted.get(i).picture()), Inputs.bytes(is.get(i).picture()), "picture " + i);
            assertEquals(wanted.get(i).timestampMicros(), is.get(i).timestampMicros());
        }
    }

    record Made(Picture picture, long timestampMicros) {}
}
