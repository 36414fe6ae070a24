package dev.caravan.inference.pipeline.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.inference.frame.ColorConversion;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.frame.Pixels;
import dev.caravan.inference.ort.Device;
import java.util.Arrays;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class EdgesPipelineTest extends FilterContract {

    private static final int WIDTH = 40;
    private static final int HEIGHT = 31;

    @Override
    FilterPipeline on(Supplier<Device> device) {
        return new EdgesPipeline(TestSchemas.of("edges"), device);
    }

    @Test
    void aFlatPictureIsBlackUpToItsBorders() throws Exception {
        byte[] pixels = new byte[3 * WIDTH * HEIGHT];
        Arrays.fill(pixels, (byte) 200);
        Rgb24 flat = new Rgb24(WIDTH, HEIGHT, pixels);
        Picture rgb = filtered(flat);
        Picture planes = filtered(ColorConversion.toI420(flat));
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                assertEquals(0x000000, Pixels.rgb(rgb, x, y));
                assertEquals(16, Pixels.luma(planes, x, y));
            }
        }
    }

    @Test
    void aWhiteSquareIsOutlinedInWhiteAndEmptyInside() throws Exception {
        Rgb24 square = square(0, 255);
        Picture rgb = filtered(square);
        Picture planes = filtered(ColorConversion.toI420(square));
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                boolean near = x >= 9 && x <= 20 && y >= 9 && y <= 20;
                boolean inside = x >= 11 && x <= 18 && y >= 11 && y <= 18;
                // Outside of a corner the square fills a quarter of what Sobel looks at: √2 steps instead of 4.
                boolean corner = (x == 9 || x == 20) && (y == 9 || y == 20);
                boolean line = near && !inside;
                assertEquals(corner ? 0xB4B4B4 : line ? 0xFFFFFF : 0x000000, Pixels.rgb(rgb, x, y), x + "," + y);
                assertEquals(corner ? 171 : line ? 235 : 16, Pixels.luma(planes, x, y), x + "," + y);
            }
        }
    }

    @Test
    void aFainterStepGivesADarkerLine() throws Exception {
        assertEquals(0x787878, Pixels.rgb(filtered(square(40, 100)), 15, 10));
        assertEquals(0x1E1E1E, Pixels.rgb(filtered(square(40, 55)), 15, 9));
    }

    @Test
    void aStepOfColourAloneCountsByItsLuma() throws Exception {
        byte[] pixels = new byte[3 * WIDTH * HEIGHT];
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            // Red and a green of the same luma, 30.
            pixels[3 * i + (i % WIDTH < 20 ? 0 : 1)] = (byte) (i % WIDTH < 20 ? 100 : 51);
        }
        assertEquals(0x000000, Pixels.rgb(filtered(new Rgb24(WIDTH, HEIGHT, pixels)), 19, 15));
    }

    @Test
    void noiseGivesSobelsGradientOfItsLumaInEitherLayout() throws Exception {
        Rgb24 rgb = Inputs.rgb(17, 33);
        Picture lines = filtered(rgb);
        I420 yuv = Inputs.yuv(17, 33);
        Picture planes = filtered(yuv);
        for (int y = 0; y < 33; y++) {
            for (int x = 0; x < 17; x++) {
                double ofRgb = slope(17, 33, x, y, i -> 0.299 * (rgb.data()[3 * i] & 255) + 0.587 * (rgb.data()[3 * i + 1] & 255)
                        + 0.114 * (rgb.data()[3 * i + 2] & 255));
                assertEquals(Math.min(255, ofRgb / 2), Pixels.rgb(lines, x, y) & 255, 0.501);
                double ofLuma = slope(17, 33, x, y, i -> yuv.data()[i] & 255);
                assertEquals(Math.min(235, 16 + ofLuma / 2), Pixels.luma(planes, x, y), 0.501);
            }
        }
    }

    private interface Luma {
        double at(int pixel);
    }

    /** The length of the gradient, sum by sum; beyond the borders the last row and column go on. */
    private static double slope(int width, int height, int x, int y, Luma luma) {
        int[][] right = {{-1, 0, 1}, {-2, 0, 2}, {-1, 0, 1}};
        double gx = 0;
        double gy = 0;
        for (int dy = -1; dy <= 1; dy++) {
            for (int dx = -1; dx <= 1; dx++) {
                double value = luma.at(Math.clamp(y + dy, 0, height - 1) * width + Math.clamp(x + dx, 0, width - 1));
                gx += right[dy + 1][dx + 1] * value;
                gy += right[dx + 1][dy + 1] * value;
            }
        }
        return Math.hypot(gx, gy);
    }

    /** Columns and rows 10 to 19 of one grey, the rest of another. */
    private static Rgb24 square(int around, int inside) {
        byte[] pixels = new byte[3 * WIDTH * HEIGHT];
        for (int i = 0; i < pixels.length; i++) {
            int x = i / 3 % WIDTH;
            int y = i / 3 / WIDTH;
            pixels[i] = (byte) (x >= 10 && x < 20 && y >= 10 && y < 20 ? inside : around);
        }
        return new Rgb24(WIDTH, HEIGHT, pixels);
    }
}
