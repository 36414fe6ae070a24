package dev.caravan.inference.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.frame.Picture.Rgb24;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColorConversionTest {

    /** The 100 % colours of BT.601 as every table prints them. */
    @ParameterizedTest
    @CsvSource({
        "000000,16,128,128", "FFFFFF,235,128,128", "808080,126,128,128", "FF0000,81,90,240", "00FF00,145,54,34",
        "0000FF,41,240,110", "FFFF00,210,16,146", "00FFFF,170,166,16", "FF00FF,106,202,222"
    })
    void knownColoursBecomeTheValuesOfTheStandard(String hex, int y, int u, int v) {
        I420 yuv = ColorConversion.toI420(filled(4, 4, Integer.parseInt(hex, 16)));
        assertEquals(y, yuv.data()[5] & 255, 1);
        assertEquals(u, yuv.data()[yuv.offsetU() + 1] & 255, 1);
        assertEquals(v, yuv.data()[yuv.offsetV() + 2] & 255, 1);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "2,2", "3,5", "5,3", "1,7", "64,33"})
    void aPlainColourSurvivesTheRoundTripAtAnySize(int width, int height) {
        for (int color : new int[] {0x000000, 0xFFFFFF, 0xC81E32, 0x1EC832, 0x321EC8, 0x7F7F7F, 0xF0B428}) {
            Rgb24 back = ColorConversion.toRgb24(ColorConversion.toI420(filled(width, height, color)));
            for (int shift = 16; shift >= 0; shift -= 8) {
                int was = color >> shift & 255;
                int is = Pixels.rgb(back, width - 1, height - 1) >> shift & 255;
                assertTrue(Math.abs(was - is) <= 3, Integer.toHexString(color) + " came back with " + was + " as " + is);
            }
        }
    }

    @Test
    void greyOfAnyDetailSurvivesTheRoundTripWithinTwoSteps() {
        Random random = new Random(7);
        byte[] grey = new byte[3 * 31 * 17];
        for (int i = 0; i < grey.length; i += 3) {
            grey[i] = grey[i + 1] = grey[i + 2] = (byte) random.nextInt(256);
        }
        byte[] back = ColorConversion.toRgb24(ColorConversion.toI420(new Rgb24(31, 17, grey))).data();
        for (int i = 0; i < grey.length; i++) {
            assertEquals(grey[i] & 255, back[i] & 255, 2);
        }
    }

    @Test
    void lumaKeepsEveryPixelAndChromaIsTheMeanOfItsBlock() {
        byte[] rgb = new byte[12];
        rgb[0] = rgb[1] = rgb[2] = (byte) 255;
        rgb[3] = (byte) 255;
        I420 yuv = ColorConversion.toI420(new Rgb24(2, 2, rgb));
        assertEquals(235, Pixels.luma(yuv, 0, 0));
        assertEquals(81, Pixels.luma(yuv, 1, 0), 1);
        assertEquals(16, Pixels.luma(yuv, 0, 1));
        assertEquals(128 + (240 - 128) / 4, yuv.data()[yuv.offsetV()] & 255, 1);
    }

    @Test
    void valuesOutsideTheLimitedRangeAreClampedNotWrapped() {
        byte[] wild = {(byte) 255, (byte) 255, (byte) 255};
        assertEquals(0xFF, Pixels.rgb(new I420(1, 1, wild), 0, 0) >> 16);
        assertEquals(0, Pixels.rgb(new I420(1, 1, new byte[] {0, 0, 0}), 0, 0) >> 16);
    }

    private static Rgb24 filled(int width, int height, int color) {
        byte[] data = new byte[3 * width * height];
        for (int i = 0; i < data.length; i += 3) {
            data[i] = (byte) (color >> 16);
            data[i + 1] = (byte) (color >> 8);
            data[i + 2] = (byte) color;
        }
        return new Rgb24(width, height, data);
    }
}
