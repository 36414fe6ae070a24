package dev.caravan.inference.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.inference.tensor.DType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VideoPreprocessingTest {

    @Test
    void samplingIsEvenAndHalvesGoToTheEvenPicture() {
        assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5, 6, 6, 7, 8, 9, 10, 11}, VideoPreprocessing.sample(12, 13));
        assertArrayEquals(new int[] {0, 1, 2, 2, 3}, VideoPreprocessing.sample(4, 5));
        assertArrayEquals(new int[] {0}, VideoPreprocessing.sample(9, 1));
        assertThrows(IllegalArgumentException.class, () -> VideoPreprocessing.sample(0, 5));
    }

    @Test
    void samplesBecomeNumbersFromMinusOneToOnePlaneByPlane() {
        Raster red = new Raster(new byte[] {-1, 0, 0, -1, 0, 51}, 2, 1);
        float[] video = new VideoPreprocessing(2, 1, DType.F32).video(List.of(red), 2);
        // [3,2,1,2]: both frames of a channel lie together.
        assertArrayEquals(new float[] {1, 1, 1, 1, -1, -1, -1, -1, -1, -0.6f, -1, -0.6f}, video, 1e-6f);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "7,5", "40,3", "5,4", "640,2"})
    void aFlatPictureStaysFlatAtAnySize(int width, int height) {
        byte[] gray = new byte[3 * 20];
        Arrays.fill(gray, (byte) 102);
        float[] video = new VideoPreprocessing(width, height, DType.F32).video(List.of(new Raster(gray, 5, 4)), 1);
        assertEquals(3 * width * height, video.length);
        for (float value : video) {
            assertEquals(-0.2f, value, 1e-6);
        }
    }

    @Test
    void enlargingInterpolatesBetweenPixelCentresAndHoldsTheEdges() {
        float[] mask = new VideoPreprocessing(4, 1, DType.F32).masks(List.of(new Raster(new byte[] {0, -1}, 2, 1)), 1);
        assertArrayEquals(new float[] {0, 0.25f, 0.75f, 1}, mask, 1e-6f);
    }

    @Test
    void bf16RoundsEachOperation() {
        float[] video = new VideoPreprocessing(1, 1, DType.BF16).video(List.of(new Raster(new byte[] {100, 0, -1}, 1, 1)), 1);
        // 100/255 = 0.3921.. is 0.392578125 in bf16; twice that less 1 is -0.21484375.
        assertArrayEquals(new float[] {-0.21484375f, -1, 1}, video);
    }

    @Test
    void whatIsNoVideoIsRefused() {
        VideoPreprocessing preprocessing = new VideoPreprocessing(2, 2, DType.F32);
        Raster mask = new Raster(new byte[4], 2, 2);
        assertThrows(IllegalArgumentException.class, () -> preprocessing.video(List.of(mask), 1));
        assertThrows(IllegalArgumentException.class, () -> preprocessing.video(List.of(), 1));
        assertThrows(IllegalArgumentException.class, () -> new VideoPreprocessing(2, 2, DType.F16));
        assertThrows(IllegalArgumentException.class, () -> new Raster(new byte[5], 2, 2));
    }
}
