package dev.caravan.inference.pipeline.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.caravan.inference.draw.CounterBar;
import dev.caravan.inference.draw.PromptBar;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.frame.Pixels;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.SessionSeed;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TestCardPipelineTest extends PipelineContract {

    private final AtomicReference<Instant> now = new AtomicReference<>(CLOCK.instant());

    @Override
    Pipeline pipeline() {
        return new TestCardPipeline(TestSchemas.of("test-card"), now::get);
    }

    @Test
    void textModeGivesItsDefaultSizeAtThirtyFramesPerSecond() throws Exception {
        PipelineStream stream = open(Map.of());
        Chunk chunk = stream.next(List.of(), Parameters.NONE, (picture, time) -> {
            assertEquals(576, picture.width());
            assertEquals(320, picture.height());
            assertEquals(PipelineStream.FrameSink.NO_TIMESTAMP, time);
        });
        assertEquals(new Chunk(1, 30), chunk);
    }

    @Test
    void theSizeIsALoadParameter() throws Exception {
        Picture picture = next(open(Map.of("width", 640, "height", 360L)), Parameters.NONE);
        assertEquals(640, picture.width());
        assertEquals(360, picture.height());
    }

    @Test
    void aNullSizeIsTheDefaultOne() throws Exception {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("width", null);
        assertEquals(576, next(open(parameters), Parameters.NONE).width());
    }

    @Test
    void aSizeThatIsNoneIsRefusedInOneLine() {
        for (Object width : new Object[] {"wide", 15, 2049, 1e12, 100.5, -64, true}) {
            PipelineException e = assertThrows(PipelineException.class, () -> open(Map.of("width", width)));
            assertEquals("width must be a whole number from 16 to 2048; " + width + " given", e.getMessage());
        }
    }

    @Test
    void framesAreCountedFromZeroForEveryStream() throws Exception {
        PipelineStream stream = open(Map.of());
        for (int i = 0; i < 3; i++) {
            assertEquals(OptionalInt.of(i), CounterBar.read(next(stream, Parameters.NONE)));
        }
        assertEquals(OptionalInt.of(0), CounterBar.read(next(open(Map.of()), Parameters.NONE)));
    }

    @Test
    void thePromptOfTheChunkIsShownByTheChunk() throws Exception {
        PipelineStream stream = open(Map.of());
        I420 none = next(stream, Parameters.NONE);
        I420 boat = next(stream, prompts("a paper boat"));
        I420 fox = next(stream, prompts("a fox"));
        assertEquals(OptionalInt.of(0), PromptBar.read(none));
        assertEquals(OptionalInt.of(PromptBar.of("a paper boat")), PromptBar.read(boat));
        assertEquals(OptionalInt.of(PromptBar.of("a fox")), PromptBar.read(fox));
        assertNotEquals(ink(none, promptTop()), ink(boat, promptTop()));
        assertNotEquals(ink(boat, promptTop()), ink(fox, promptTop()));
    }

    @Test
    void theWeightsOfABlendAreShown() throws Exception {
        Parameters light = blend(0.25);
        Parameters heavy = blend(88);
        PipelineStream stream = open(Map.of());
        I420 one = next(stream, light);
        I420 other = next(stream, heavy);
        assertNotEquals(ink(one, promptTop()), ink(other, promptTop()));
        assertEquals(OptionalInt.of(PromptBar.of(List.of("a cat", "a dog"))), PromptBar.read(one));
        assertEquals(PromptBar.read(one), PromptBar.read(other));
    }

    @Test
    void theTargetOfATransitionIsShownAtOnce() throws Exception {
        Parameters moving = new Parameters(Map.of(
                "prompts", List.of(Map.of("text", "a cat")),
                "transition", Map.of("target_prompts", List.of(Map.of("text", "a dog")), "num_steps", 4)));
        assertEquals(OptionalInt.of(PromptBar.of("a dog")), PromptBar.read(next(open(Map.of()), moving)));
    }

    @Test
    void theClockIsTheGivenOne() throws Exception {
        I420 early = next(open(Map.of()), Parameters.NONE);
        now.set(now.get().plusSeconds(11));
        I420 late = next(open(Map.of()), Parameters.NONE);
        assertNotEquals(ink(early, 8), ink(late, 8));
        assertEquals(ink(early, promptTop()), ink(late, promptTop()));
    }

    @Test
    void thePictureMoves() throws Exception {
        PipelineStream stream = open(Map.of());
        I420 first = next(stream, Parameters.NONE);
        I420 second = next(stream, Parameters.NONE);
        CardLayout layout = new CardLayout(576, 320);
        int changed = 0;
        for (int y = layout.middleTop(); y < layout.middleBottom(); y++) {
            for (int x = 0; x < 576; x++) {
                changed += Pixels.luma(first, x, y) == Pixels.luma(second, x, y) ? 0 : 1;
            }
        }
        assertTrue(changed > 20, changed + " pixels changed");
    }

    @Test
    void theColourBarsAreThere() throws Exception {
        I420 card = next(open(Map.of()), Parameters.NONE);
        int red = Pixels.rgb(card, 72 + 432 * 11 / 14, 100);
        int blue = Pixels.rgb(card, 72 + 432 * 13 / 14, 100);
        assertTrue((red >> 16) > 180 && (red & 0xFF) < 12, Integer.toHexString(red));
        assertTrue((blue & 0xFF) > 180 && (blue >> 16) < 12, Integer.toHexString(blue));
    }

    @Test
    void videoModeBurnsIntoTheInputAndLeavesTheMiddleAlone() throws Exception {
        Parameters video = new Parameters(Map.of("input_mode", "video", "prompts", List.of(Map.of("text", "a fox"))));
        PipelineStream stream = open(Map.of());
        I420 in = Inputs.yuv(641, 479);
        Frame frame = Inputs.frame(in, 2);
        AtomicReference<Picture> out = new AtomicReference<>();
        Chunk chunk = stream.next(List.of(frame), video, (picture, time) -> {
            out.set(picture);
            assertEquals(frame.timestampMicros(), time);
        });
        assertEquals(new Chunk(1, Chunk.EVENT_DRIVEN), chunk);
        I420 made = (I420) out.get();
        assertEquals(OptionalInt.of(0), CounterBar.read(made));
        assertEquals(OptionalInt.of(PromptBar.of("a fox")), PromptBar.read(made));
        for (int y = 100; y < 300; y++) {
            int row = y * 641;
            assertTrue(Arrays.equals(in.data(), row, row + 641, made.data(), row, row + 641), "row " + y);
        }
    }

    @Test
    void theModeMayChangeFromChunkToChunk() throws Exception {
        PipelineStream stream = open(Map.of());
        assertEquals(0, stream.inputFrames(Parameters.NONE));
        assertEquals(1, stream.inputFrames(new Parameters(Map.of("input_mode", "video"))));
        assertEquals(576, next(stream, Parameters.NONE).width());
    }

    @Test
    void aFrameCostsOnePictureAndLittleElse() throws Exception {
        PipelineStream stream = open(Map.of());
        Parameters parameters = prompts("a paper boat");
        Frame frame = Inputs.frame(Inputs.yuv(576, 320), 0);
        Parameters video = new Parameters(Map.of("input_mode", "video", "prompts", parameters.get("prompts").orElseThrow()));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        next(stream, parameters);
        stream.next(List.of(frame), video, (p, t) -> {});
        int frames = 200;
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < frames; i++) {
            stream.next(List.of(), parameters, (p, t) -> {});
        }
        long middle = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < frames; i++) {
            stream.next(List.of(frame), video, (p, t) -> {});
        }
        long after = threads.getCurrentThreadAllocatedBytes();
        long most = I420.size(576, 320) + 4096;
        assertFalse((middle - before) / frames > most, "text mode: " + (middle - before) / frames + " bytes");
        assertFalse((after - middle) / frames > most, "video mode: " + (after - middle) / frames + " bytes");
    }

    private PipelineStream open(Map<String, Object> loadParameters) throws PipelineException, InterruptedException {
        return pipeline().load(new LoadRequest(loadParameters, Path.of("nowhere")), Progress.NONE).open(new SessionSeed("a"));
    }

    private static I420 next(PipelineStream stream, Parameters parameters) throws Exception {
        AtomicReference<Picture> made = new AtomicReference<>();
        stream.next(List.of(), parameters, (picture, time) -> made.set(picture));
        return (I420) made.get();
    }

    private static Parameters prompts(String text) {
        return new Parameters(Map.of("prompts", List.of(Map.of("text", text, "weight", 1.0))));
    }

    private static Parameters blend(double weight) {
        return new Parameters(Map.of("prompts", List.of(Map.of("text", "a cat", "weight", weight), Map.of("text", "a dog"))));
    }

    private static int promptTop() {
        return new CardLayout(576, 320).promptTop();
    }

    /** The white dots of two lines of text from a height on. */
    private static String ink(I420 picture, int top) {
        StringBuilder dots = new StringBuilder();
        for (int y = top; y < top + 40; y++) {
            for (int x = 8; x < 240; x++) {
                dots.append(Pixels.luma(picture, x, y) == 235 ? '#' : '.');
            }
        }
        return dots.toString();
    }
}
