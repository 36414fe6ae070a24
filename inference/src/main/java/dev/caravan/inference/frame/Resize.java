package dev.caravan.inference.frame;

import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.frame.Picture.Rgb24;

/**
 * Bilinear resize: stretches to the wanted size without regard to the aspect ratio and without cropping (contract §3.1).
 *
 * <p>Pixel centres are aligned ({@code (i + 0.5) * in / out - 0.5}), weights have 8 bits. A picture that has the size already is
 * returned itself.
 */
public final class Resize {

    private Resize() {}

    /** @throws IllegalArgumentException when a side is below 1 */
    public static I420 to(I420 picture, int width, int height) {
        if (picture.width() == width && picture.height() == height) {
            return picture;
        }
        requireSize(width, height);
        byte[] in = picture.data();
        byte[] out = new byte[I420.size(width, height)];
        plane(in, 0, picture.width(), picture.height(), out, 0, width, height, 1);
        int chromaWidth = (width + 1) / 2;
        int chromaHeight = (height + 1) / 2;
        int u = width * height;
        int v = u + I420.chromaSize(width, height);
        plane(in, picture.offsetU(), picture.chromaWidth(), picture.chromaHeight(), out, u, chromaWidth, chromaHeight, 1);
        plane(in, picture.offsetV(), picture.chromaWidth(), picture.chromaHeight(), out, v, chromaWidth, chromaHeight, 1);
        return new I420(width, height, out);
    }

    /** @throws IllegalArgumentException when a side is below 1 */
    public static Rgb24 to(Rgb24 picture, int width, int height) {
        if (picture.width() == width && picture.height() == height) {
            return picture;
        }
        requireSize(width, height);
        byte[] out = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
        plane(picture.data(), 0, picture.width(), picture.height(), out, 0, width, height, 3);
        return new Rgb24(width, height, out);
    }

    private static void plane(
            byte[] in, int from, int inWidth, int inHeight, byte[] out, int to, int outWidth, int outHeight, int channels) {
        int[] columns = positions(inWidth, outWidth);
        int[] rows = positions(inHeight, outHeight);
        int stride = inWidth * channels;
        // Each input row is stretched once, and kept while it is the upper or the lower one of an output row.
        int[] upper = new int[outWidth * channels];
        int[] lower = new int[outWidth * channels];
        int upperRow = -1;
        int lowerRow = -1;
        int o = to;
        for (int y = 0; y < outHeight; y++) {
            int y0 = rows[y] >> 8;
            int y1 = Math.min(y0 + 1, inHeight - 1);
            int fy = rows[y] & 255;
            if (upperRow != y0 && lowerRow == y0) {
                int[] swap = upper;
                upper = lower;
                lower = swap;
                upperRow = y0;
                lowerRow = -1;
            }
            if (upperRow != y0) {
                stretch(in, from + y0 * stride, inWidth, columns, upper, channels);
                upperRow = y0;
            }
            if (lowerRow != y1) {
                stretch(in, from + y1 * stride, inWidth, columns, lower, channels);
                lowerRow = y1;
            }
            for (int x = 0; x < upper.length; x++) {
                out[o + x] = (byte) ((upper[x] * (256 - fy) + lower[x] * fy + (1 << 15)) >> 16);
            }
            o += upper.length;
        }
    }

    /** One input row at the output's width, times 256. */
    private static void stretch(byte[] in, int row, int inWidth, int[] columns, int[] line, int channels) {
        for (int x = 0; x < columns.length; x++) {
            int x0 = columns[x] >> 8;
            int fx = columns[x] & 255;
            int left = row + x0 * channels;
            int right = x0 + 1 < inWidth ? left + channels : left;
            for (int c = 0; c < channels; c++) {
                line[x * channels + c] = (in[left + c] & 255) * (256 - fx) + (in[right + c] & 255) * fx;
            }
        }
    }

    /** Where each output pixel lies in the input, in 1/256 pixel. */
    private static int[] positions(int in, int out) {
        int[] positions = new int[out];
        for (int i = 0; i < out; i++) {
            long centre = ((2L * i + 1) * in * 128) / out - 128;
            positions[i] = (int) Math.clamp(centre, 0L, (in - 1) * 256L);
        }
        return positions;
    }

    private static void requireSize(int width, int height) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("a picture is at least 1x1; " + width + "x" + height + " asked for");
        }
    }
}
