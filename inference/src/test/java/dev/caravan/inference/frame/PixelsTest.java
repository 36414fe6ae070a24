package dev.caravan.inference.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.inference.frame.Picture.Encoded;
import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.frame.Picture.Rgb24;
import org.junit.jupiter.api.Test;

class PixelsTest {

    private final Rgb24 rgb = new Rgb24(2, 1, new byte[] {1, 2, 3, (byte) 255, (byte) 255, (byte) 255});

    @Test
    void aPixelIsReadFromEitherLayout() {
        I420 yuv = ColorConversion.toI420(rgb);
        assertEquals(0x010203, Pixels.rgb(rgb, 0, 0));
        assertEquals(235, Pixels.luma(rgb, 1, 0));
        assertEquals(235, Pixels.luma(yuv, 1, 0));
        assertEquals(Pixels.rgb(ColorConversion.toRgb24(yuv), 1, 0), Pixels.rgb(yuv, 1, 0));
    }

    @Test
    void aPointOutsideIsRefused() {
        assertThrows(IndexOutOfBoundsException.class, () -> Pixels.luma(rgb, 2, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> Pixels.rgb(rgb, 0, -1));
    }

    @Test
    void anEncodedPictureHasNoPixelsYet() {
        Encoded encoded = new Encoded("image/jpeg", 2, 2, new byte[1]);
        assertThrows(IllegalArgumentException.class, () -> Pixels.luma(encoded, 0, 0));
    }
}
