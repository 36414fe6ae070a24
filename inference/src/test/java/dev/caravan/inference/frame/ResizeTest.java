package dev.caravan.inference.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.frame.Picture.Rgb24;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResizeTest {

    @Test
    void aPictureOfTheWantedSizeIsReturnedItself() {
        I420 yuv = flat(3, 3);
        Rgb24 rgb = new Rgb24(2, 1, new byte[6]);
        assertSame(yuv, Resize.to(yuv, 3, 3));
        assertSame(rgb, Resize.to(rgb, 2, 1));
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,9", "9,1", "4,4", "7,5", "640,3", "2,2"})
    void aFlatPictureStaysFlatAtAnySize(int width, int height) {
        I420 yuv = Resize.to(flat(5, 3), width, height);
        assertEquals(width, yuv.width());
        assertEquals(height, yuv.height());
        for (int i = 0; i < yuv.data().length; i++) {
            int wanted = i < yuv.offsetU() ? 100 : i < yuv.offsetV() ? 50 : 200;
            assertEquals(wanted, yuv.data()[i] & 255, "byte " + i);
        }
    }

    @Test
    void halvingTakesTheMeanOfNeighbours() {
        Rgb24 rgb = Resize.to(new Rgb24(4, 1, new byte[] {0, 0, 0, 100, 0, 0, 40, 0, 0, 60, 0, 0}), 2, 1);
        assertArrayEquals(new byte[] {50, 0, 0, 50, 0, 0}, rgb.data());
    }

    @Test
    void enlargingInterpolatesBetweenPixelCentresAndHoldsTheEdges() {
        Rgb24 rgb = Resize.to(new Rgb24(2, 1, new byte[] {0, 0, 0, 100, 0, 0}), 4, 1);
        assertArrayEquals(new byte[] {0, 0, 0, 25, 0, 0, 75, 0, 0, 100, 0, 0}, rgb.data());
    }

    @Test
    void bothAxesAreStretchedAlikeWithoutCropping() {
        byte[] quarters = new byte[3 * 16];
        for (int i = 0; i < 16; i++) {
            quarters[3 * i] = (byte) (i % 4 < 2 ? 10 : 200);
            quarters[3 * i + 1] = (byte) (i / 4 < 2 ? 20 : 220);
        }
        Rgb24 wide = Resize.to(new Rgb24(4, 4, quarters), 40, 10);
        assertEquals(0x0A1400, Pixels.rgb(wide, 0, 0));
        assertEquals(0xC81400, Pixels.rgb(wide, 39, 0));
        assertEquals(0x0ADC00, Pixels.rgb(wide, 0, 9));
        assertEquals(0xC8DC00, Pixels.rgb(wide, 39, 9));
    }

    @ParameterizedTest
    @CsvSource({"4,9", "23,5", "11,30", "60,17", "1,1"})
    void rowsAreTreatedLikeColumns(int width, int height) {
        byte[] data = new byte[3 * 17 * 11];
        new Random(9).nextBytes(data);
        Rgb24 picture = new Rgb24(17, 11, data);
        Rgb24 resized = Resize.to(picture, width, height);
        Rgb24 turned = transposed(Resize.to(transposed(picture), height, width));
        for (int i = 0; i < resized.data().length; i++) {
            assertEquals(turned.data()[i] & 255, resized.data()[i] & 255, 1, "byte " + i);
        }
    }

    private static Rgb24 transposed(Rgb24 picture) {
        byte[] out = new byte[picture.data().length];
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                System.arraycopy(picture.data(), 3 * (y * picture.width() + x), out, 3 * (x * picture.height() + y), 3);
            }
        }
        return new Rgb24(picture.height(), picture.width(), out);
    }

    @Test
    void aSideBelowOneIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Resize.to(flat(4, 4), 0, 4));
        assertThrows(IllegalArgumentException.class, () -> Resize.to(new Rgb24(1, 1, new byte[3]), 1, -1));
    }

    private static I420 flat(int width, int height) {
        byte[] data = new byte[I420.size(width, height)];
        int chroma = I420.chromaSize(width, height);
        Arrays.fill(data, 0, width * height, (byte) 100);
        Arrays.fill(data, width * height, width * height + chroma, (byte) 50);
        Arrays.fill(data, width * height + chroma, data.length, (byte) 200);
        return new I420(width, height, data);
    }
}
