package dev.caravan.inference.frame;

import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.frame.Picture.Rgb24;

/**
 * Colour between full-range RGB and BT.601 limited-range YUV 4:2:0 (ITU-R BT.601-7, §2.5.1 and §2.5.4), in 16-bit fixed point.
 *
 * <p>One pass, one allocation: the picture that is returned. Odd sizes repeat the last column or row for the half-covered chroma
 * sample. Thread-safe, as everything static here.
 */
public final class ColorConversion {

    private static final int HALF = 1 << 15;

    private ColorConversion() {}

    /** Converts; each chroma sample is the mean of the up to four pixels it covers. */
    public static I420 toI420(Rgb24 rgb) {
        int width = rgb.width();
        int height = rgb.height();
        byte[] in = rgb.data();
        byte[] out = new byte[I420.size(width, height)];
        int u = width * height;
        int v = u + I420.chromaSize(width, height);
        for (int y = 0; y < height; y += 2) {
            int upper = y * width;
            int lower = Math.min(y + 1, height - 1) * width;
            for (int x = 0; x < width; x += 2) {
                int right = Math.min(x + 1, width - 1);
                int a = 3 * (upper + x);
                int b = 3 * (upper + right);
                int c = 3 * (lower + x);
                int d = 3 * (lower + right);
                out[upper + x] = luma(in, a);
                out[upper + right] = luma(in, b);
                out[lower + x] = luma(in, c);
                out[lower + right] = luma(in, d);
                int red = (in[a] & 255) + (in[b] & 255) + (in[c] & 255) + (in[d] & 255);
                int green = (in[a + 1] & 255) + (in[b + 1] & 255) + (in[c + 1] & 255) + (in[d + 1] & 255);
                int blue = (in[a + 2] & 255) + (in[b + 2] & 255) + (in[c + 2] & 255) + (in[d + 2] & 255);
                // Two more bits to shift out: the sums are of four pixels.
                out[u++] = (byte) (128 + ((-9714 * red - 19070 * green + 28784 * blue + 4 * HALF) >> 18));
                out[v++] = (byte) (128 + ((28784 * red - 24103 * green - 4681 * blue + 4 * HALF) >> 18));
            }
        }
        return new I420(width, height, out);
    }

    /** Converts; the pixels a chroma sample covers all take it as it is. */
    public static Rgb24 toRgb24(I420 yuv) {
        int width = yuv.width();
        int height = yuv.height();
        int chromaWidth = yuv.chromaWidth();
        byte[] in = yuv.data();
        byte[] out = new byte[Math.multiplyExact(3, width * height)];
        int o = 0;
        for (int y = 0; y < height; y++) {
            int row = y * width;
            int u = yuv.offsetU() + (y >> 1) * chromaWidth;
            int v = yuv.offsetV() + (y >> 1) * chromaWidth;
            for (int x = 0; x < width; x++) {
                int luma = 76309 * ((in[row + x] & 255) - 16) + HALF;
                int cb = (in[u + (x >> 1)] & 255) - 128;
                int cr = (in[v + (x >> 1)] & 255) - 128;
                out[o] = clamp(luma + 104597 * cr);
                out[o + 1] = clamp(luma - 25675 * cb - 53279 * cr);
                out[o + 2] = clamp(luma + 132201 * cb);
                o += 3;
            }
        }
        return new Rgb24(width, height, out);
    }

    /** The limited-range luma of one colour, 16..235. */
    public static int luma(int red, int green, int blue) {
        return 16 + ((16829 * red + 33039 * green + 6416 * blue + HALF) >> 16);
    }

    /** The U (blue difference) of one colour, 16..240. */
    public static int chromaU(int red, int green, int blue) {
        return 128 + ((-9714 * red - 19070 * green + 28784 * blue + HALF) >> 16);
    }

    /** The V (red difference) of one colour, 16..240. */
    public static int chromaV(int red, int green, int blue) {
        return 128 + ((28784 * red - 24103 * green - 4681 * blue + HALF) >> 16);
    }

    private static byte luma(byte[] rgb, int at) {
        return (byte) luma(rgb[at] & 255, rgb[at + 1] & 255, rgb[at + 2] & 255);
    }

    private static byte clamp(int fixed) {
        int value = fixed >> 16;
        return (byte) (value < 0 ? 0 : Math.min(value, 255));
    }
}
