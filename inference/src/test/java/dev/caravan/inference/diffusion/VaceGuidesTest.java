package dev.caravan.inference.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is kept, what is generated anew, and where masks go; the recorded cases have the numbers of whole chunks. */
class VaceGuidesTest {

    private static final int WIDTH = 16;
    private static final int HEIGHT = 8;
    private static final int PLANE = WIDTH * HEIGHT;

    private static Optional<float[]> filled(int count, float value) {
        float[] out = new float[count * PLANE];
        Arrays.fill(out, value);
        return Optional.of(out);
    }

    /** Frame t of colour c is 10·c + t. */
    private static Optional<float[]> counted(int frames) {
        float[] out = new float[3 * frames * PLANE];
        for (int i = 0; i < out.length; i++) {
            out[i] = 10 * (i / PLANE / frames) + i / PLANE % frames;
        }
        return Optional.of(out);
    }

    private static VaceGuides guides(
            Optional<float[]> frames, Optional<float[]> masks, List<float[]> references, Optional<float[]> first, Optional<float[]> last) {
        return new VaceGuides(WIDTH, HEIGHT, frames, masks, references, first, last);
    }

    private static float at(float[] video, int frames, int colour, int frame) {
        return video[(colour * frames + frame) * PLANE];
    }

    @Test
    void firstAndLastPicturesComeBeforeFramesAndThoseBeforeReferences() {
        Optional<float[]> none = Optional.empty();
        Optional<float[]> picture = filled(3, 1);
        List<float[]> references = List.of(picture.orElseThrow());
        assertEquals(VaceMode.NONE, guides(none, none, List.of(), none, none).mode());
        assertEquals(VaceMode.NONE, guides(none, filled(12, 1), List.of(), none, none).mode());
        assertEquals(VaceMode.REFERENCES, guides(none, none, references, none, none).mode());
        assertEquals(VaceMode.CONDITIONING, guides(counted(12), none, references, none, none).mode());
        assertEquals(VaceMode.EXTENSION, guides(counted(12), none, references, none, picture).mode());
        assertEquals(VaceMode.EXTENSION, guides(none, none, List.of(), picture, none).mode());
    }

    @Test
    void whereThereIsNoVideoNoneIsMade() {
        VaceGuides references = guides(Optional.empty(), Optional.empty(), List.of(new float[3 * PLANE]), Optional.empty(), Optional.empty());
        assertThrows(IllegalArgumentException.class, () -> references.video(12));
    }

    @Test
    void framesWithoutMasksAreGeneratedAnewEverywhere() {
        MaskedVideo video = guides(counted(13), Optional.empty(), List.of(), Optional.empty(), Optional.empty()).video(12);
        assertEquals(13, video.count());
        assertTrue(video.allGenerated());
        assertArrayEquals(counted(13).orElseThrow(), video.reactive());
        assertArrayEquals(new float[3 * 13 * PLANE], video.inactive());
    }

    @Test
    void aMaskOfOneHalfKeepsAndWhatIsMaskedOutIsGrey() {
        float[] masks = filled(4, 1).orElseThrow();
        masks[0] = 0.5f;
        masks[1] = 0.501f;
        MaskedVideo video = guides(filled(12, 0.25f), Optional.of(masks), List.of(), Optional.empty(), Optional.empty()).video(4);
        assertFalse(video.allGenerated());
        for (int colour = 0; colour < 3; colour++) {
            assertEquals(0.25f, at(video.inactive(), 4, colour, 0));
            assertEquals(0f, at(video.reactive(), 4, colour, 0));
            assertEquals(0f, video.inactive()[colour * 4 * PLANE + 1]);
            assertEquals(0.25f, video.reactive()[colour * 4 * PLANE + 1]);
        }
    }

    @ParameterizedTest
    @CsvSource({"12, 2 6 10", "13, 1 4 8 11", "5, 1 3", "4, 2", "1, 0"})
    void masksAreTakenFromTheFrameNearestInTime(int frames, String taken) {
        float[] masks = new float[frames * PLANE];
        for (int i = 0; i < masks.length; i++) {
            masks[i] = i / PLANE / 100f;
        }
        MaskedVideo video = new MaskedVideo(new float[3 * masks.length], masks, WIDTH, HEIGHT);
        float[] planes = video.planes();
        String[] expected = taken.split(" ");
        assertEquals(expected.length, video.latents());
        assertEquals(expected.length * PLANE, planes.length);
        for (int n = 0; n < expected.length; n++) {
            assertEquals(Integer.parseInt(expected[n]) / 100f, planes[n * PLANE], "latent " + n);
            assertEquals(Integer.parseInt(expected[n]) / 100f, planes[(n + 1) * PLANE - 1], "latent " + n);
        }
    }

    @Test
    void theMaskValuesOfALatentPixelAreItsChannelsRowByRowAndNotRounded() {
        float[] masks = new float[PLANE];
        for (int i = 0; i < PLANE; i++) {
            masks[i] = i / 1000f;
        }
        float[] planes = new MaskedVideo(new float[3 * PLANE], masks, WIDTH, HEIGHT).planes();
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                assertEquals((y * WIDTH + x) / 1000f, planes[(y * 8 + x % 8) * 2 + x / 8], x + "," + y);
            }
        }
    }

    @Test
    void aFirstPictureFillsFourFramesAndTheRestIsGenerated() {
        MaskedVideo video = guides(Optional.empty(), Optional.empty(), List.of(), filled(3, 0.5f), Optional.empty()).video(12);
        assertEquals(12, video.count());
        for (int t = 0; t < 12; t++) {
            assertEquals(t < 4 ? 0.5f : 0, at(video.inactive(), 12, 2, t), "frame " + t);
            assertEquals(t < 4 ? 0 : 1, video.masks()[t * PLANE], "mask " + t);
            assertEquals(0, at(video.reactive(), 12, 0, t));
        }
    }

    @Test
    void aLastPictureGoesOverTheFramesThatAreGiven() {
        MaskedVideo video = guides(counted(13), Optional.empty(), List.of(), Optional.empty(), filled(3, 0.5f)).video(12);
        for (int t = 0; t < 12; t++) {
            assertEquals(t < 8 ? 0 : 0.5f, at(video.inactive(), 12, 1, t), "frame " + t);
            assertEquals(t < 8 ? 10 + t : 0, at(video.reactive(), 12, 1, t), "frame " + t);
        }
    }

    @Test
    void ofTooFewFramesTheLastIsRepeated() {
        MaskedVideo video = guides(counted(6), Optional.empty(), List.of(), filled(3, 0.5f), Optional.empty()).video(12);
        for (int t = 4; t < 12; t++) {
            assertEquals(20 + Math.min(t, 5), at(video.reactive(), 12, 2, t), "frame " + t);
        }
    }

    @Test
    void withMasksAPictureGoesOnlyWhereSomethingWasToBeGenerated() {
        float[] masks = filled(12, 1).orElseThrow();
        masks[0] = 0.25f;
        Optional<float[]> frames = filled(36, 0.75f);
        MaskedVideo video = guides(frames, Optional.of(masks), List.of(), filled(3, 0.5f), Optional.empty()).video(12);
        assertEquals(0.75f, video.inactive()[0], "kept as it was");
        assertEquals(0.25f, video.masks()[0]);
        assertEquals(0.5f, video.inactive()[1], "the picture");
        assertEquals(0f, video.masks()[1]);
        assertEquals(1f, video.masks()[4 * PLANE]);
    }

    @Test
    void whatIsGivenIsNotChanged() {
        float[] frames = counted(12).orElseThrow();
        float[] masks = filled(12, 1).orElseThrow();
        guides(Optional.of(frames), Optional.of(masks), List.of(), filled(3, 0.5f), filled(3, 0.25f)).video(12);
        assertArrayEquals(counted(12).orElseThrow(), frames);
        assertArrayEquals(filled(12, 1).orElseThrow(), masks);
    }

    @Test
    void aChunkOfFourFramesHasRoomForOnePicture() {
        assertFalse(VaceGuides.roomForBoth(4));
        assertTrue(VaceGuides.roomForBoth(8));
        VaceGuides both = guides(Optional.empty(), Optional.empty(), List.of(), filled(3, 0.5f), filled(3, 0.25f));
        assertThrows(IllegalArgumentException.class, () -> both.video(4));
        MaskedVideo eight = both.video(8);
        assertEquals(List.of(0.5f, 0.25f), List.of(at(eight.inactive(), 8, 0, 3), at(eight.inactive(), 8, 0, 4)));
        MaskedVideo last = guides(Optional.empty(), Optional.empty(), List.of(), Optional.empty(), filled(3, 0.25f)).video(4);
        assertArrayEquals(filled(12, 0.25f).orElseThrow(), last.inactive());
    }

    @Test
    void referencesFollowEachOtherInTime() {
        float[] video = guides(Optional.empty(), Optional.empty(), List.of(counted(1).orElseThrow(), filled(3, 7).orElseThrow()),
                Optional.empty(), Optional.empty()).referenceVideo();
        assertEquals(List.of(0f, 7f, 10f, 7f, 20f, 7f),
                List.of(at(video, 2, 0, 0), at(video, 2, 0, 1), at(video, 2, 1, 0), at(video, 2, 1, 1), at(video, 2, 2, 0), at(video, 2, 2, 1)));
    }

    @Test
    void framesAndMasksOfDifferentLengthsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new MaskedVideo(new float[3 * PLANE], new float[2 * PLANE], WIDTH, HEIGHT));
        assertThrows(IllegalArgumentException.class, () -> new MaskedVideo(new float[0], new float[0], WIDTH, HEIGHT));
        assertThrows(IllegalArgumentException.class, () -> new MaskedVideo(new float[36], new float[12], 4, 3));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 4096", "4096, 1", "49, 31", "3, 5000", "16, 8", "15, 8", "17, 9", "1, 9000000"})
    void aReferenceOfAnyShapeFillsThePictureAndNoMoreIsComputed(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        Arrays.fill(rgb, (byte) 255);
        float[] reference = new VideoPreprocessing(WIDTH, HEIGHT, DType.F32).reference(new Raster(rgb, width, height));
        assertArrayEquals(filled(3, 1).orElseThrow(), reference);
    }

    @Test
    void theMiddleOfAReferenceIsCutOut() {
        byte[] rgb = new byte[3 * 4 * WIDTH * HEIGHT];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i / 3 % (4 * WIDTH) * 4);
        }
        float[] reference = new VideoPreprocessing(WIDTH, HEIGHT, DType.F32).reference(new Raster(rgb, 4 * WIDTH, HEIGHT));
        assertEquals(24 * 4 / 127.5f - 1, reference[0], 1e-6);
        assertEquals(39 * 4 / 127.5f - 1, reference[WIDTH - 1], 1e-6);
    }

    @Test
    void aReferenceHasThreeColours() {
        VideoPreprocessing preprocessing = new VideoPreprocessing(WIDTH, HEIGHT, DType.F32);
        assertThrows(IllegalArgumentException.class, () -> preprocessing.reference(new Raster(new byte[4], 2, 2)));
    }
}
