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
        int o = to;
        for (int y = 0; y < outHeight; y++) {
            int y0 = rows[y] >> 8;
            int fy = rows[y] & 255;
            int upper = from + y0 * stride;
            int lower = y0 + 1 < inHeight ? upper + stride : upper;
            for (int x = 0; x < outWidth; x++) {
                int x0 = columns[x] >> 8;
                int fx = columns[x] & 255;
                int left = x0 * channels;
                int right = x0 + 1 < inWidth ? left + channels : left;
                for (int c = 0; c < channels; c++) {
                    int top = (in[upper + left + c] & 255) * (256 - fx) + (in[upper + right + c] & 255) * fx;
                    int bottom = (in[lower + left + c] & 255) * (256 - fx) + (in[lower + right + c] & 255) * fx;
                    out[o++] = (byte) ((top * (256 - fy) + bottom * fy + (1 << 15)) >> 16);
                }
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
