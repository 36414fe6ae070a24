package dev.caravan.inference.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.inference.tensor.DType;
import java.util.Arrays;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class NoiseControllerTest {

    private static final OptionalDouble NOT_SENT = OptionalDouble.empty();

    private final NoiseController controller = new NoiseController(3, DType.F32, 0.7);

    @Test
    void aStillVideoGetsMoreNoiseChunkByChunk() {
        assertEquals(0.72 + 0.07, controller.next(video(0, 0, 0, 0), 4, NOT_SENT), 1e-9);
        assertEquals(0.72 + 0.079, controller.next(video(0, 0, 0), 3, NOT_SENT), 1e-9);
    }

    @Test
    void muchMotionGetsLess() {
        assertEquals(0.54 + 0.07, controller.next(video(0, 0, 0.5f, 0), 4, NOT_SENT), 1e-9);
    }

    @Test
    void aJumpBetweenChunksIsMotion() {
        controller.next(video(0, 0, 0, 0), 4, NOT_SENT);
        assertEquals(0.54 + 0.07, controller.next(video(0.5f, 0.5f, 0.5f), 3, OptionalDouble.of(0.7)), 1e-9);
    }

    @Test
    void afterAResetChunksAreNotComparedWithEarlierOnes() {
        controller.next(video(0, 0, 0, 0), 4, NOT_SENT);
        controller.reset();
        assertEquals(0.72 + 0.079, controller.next(video(0.5f, 0.5f, 0.5f, 0.5f), 4, NOT_SENT), 1e-9);
    }

    @Test
    void switchedOffItHoldsWhatWasSent() {
        assertEquals(0.7, controller.hold(NOT_SENT));
        assertEquals(0.4, controller.hold(OptionalDouble.of(0.4)));
        assertEquals(0.4, controller.hold(NOT_SENT));
        assertEquals(0.72 + 0.04, controller.next(video(0, 0, 0, 0), 4, NOT_SENT), 1e-9);
    }

    @Test
    void tooFewFramesOrAnotherSizeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> controller.next(video(0, 0, 0), 3, NOT_SENT));
        controller.next(video(0, 0, 0, 0), 4, NOT_SENT);
        assertThrows(IllegalArgumentException.class, () -> controller.next(new float[36], 3, NOT_SENT));
    }

    /** Frames of two pixels, each of one grey. */
    private static float[] video(float... grays) {
        float[] video = new float[3 * grays.length * 2];
        for (int c = 0; c < 3; c++) {
            for (int t = 0; t < grays.length; t++) {
                int at = (c * grays.length + t) * 2;
                Arrays.fill(video, at, at + 2, grays[t]);
            }
        }
        return video;
    }
}
