package dev.caravan.inference.pipeline.builtin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.frame.Pixels;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.SessionSeed;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ControllerVizPipelineTest extends PipelineContract {

    private static final int GREEN = 0x2E9E5B;
    private static final int ORANGE = 0xFF8A1E;

    @Override
    Pipeline pipeline() {
        return new ControllerVizPipeline(TestSchemas.of("controller-viz"));
    }

    @Test
    void aHeldKeyIsLitAndGoesOutWhenItIsReleased() throws Exception {
        try (PipelineStream stream = open()) {
            assertNear(GREEN, Pixels.rgb(next(stream, List.of("KeyW"), 0, 0), 150, 85), true);
            assertNear(GREEN, Pixels.rgb(next(stream, List.of(), 0, 0), 150, 85), false);
        }
    }

    @Test
    void aKeyWithoutAPlaceOnTheBoardIsNamed() throws Exception {
        try (PipelineStream stream = open()) {
            byte[] without = Inputs.bytes(next(stream, List.of(), 0, 0));
            byte[] with = Inputs.bytes(next(stream, List.of("KeyZ"), 0, 0));
            int top = 480 * 512;
            assertFalse(Arrays.equals(without, top, 512 * 512, with, top, 512 * 512));
        }
    }

    @Test
    void theMouseMovesThePointerByItsDeltas() throws Exception {
        try (PipelineStream stream = open()) {
            assertNear(ORANGE, Pixels.rgb(next(stream, List.of(), 0, 0), 192, 352), true);
            next(stream, List.of(), 60, 0);
            Picture moved = next(stream, List.of(), 0, -40);
            assertNear(ORANGE, Pixels.rgb(moved, 252, 312), true);
            assertNear(ORANGE, Pixels.rgb(moved, 192, 352), false);
        }
    }

    @Test
    void thePointerComesBackOnTheOtherSide() throws Exception {
        try (PipelineStream stream = open()) {
            byte[] start = Inputs.bytes(next(stream, List.of(), 0, 0));
            next(stream, List.of(), 320 * 1000.0, -192 * 3.0);
            assertArrayEquals(start, Inputs.bytes(next(stream, List.of(), 0, 0)));
        }
    }

    private PipelineStream open() throws Exception {
        LoadedPipeline loaded = pipeline().load(new LoadRequest(Map.of(), Path.of("nowhere")), Progress.NONE);
        return loaded.open(new SessionSeed("a"));
    }

    private static Picture next(PipelineStream stream, List<String> buttons, double dx, double dy) throws Exception {
        AtomicReference<Picture> made = new AtomicReference<>();
        Parameters parameters = new Parameters(Map.of("ctrl_input", Map.of("button", buttons, "mouse", List.of(dx, dy))));
        stream.next(List.of(), parameters, (picture, time) -> made.set(picture));
        assertEquals(512, made.get().width());
        return made.get();
    }

    private static void assertNear(int wanted, int is, boolean near) {
        boolean same = true;
        for (int shift = 16; shift >= 0; shift -= 8) {
            same &= Math.abs((wanted >> shift & 255) - (is >> shift & 255)) < 8;
        }
        assertEquals(near, same, Integer.toHexString(is));
    }
}
