package dev.caravan.inference.frame;

import dev.caravan.inference.frame.Picture.Encoded;
import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.frame.Picture.Rgb24;

/** Reads single pixels, for tests and probes: whole pictures go through {@link ColorConversion}. */
public final class Pixels {

    private Pixels() {}

    /** The limited-range luma at a point, 16..235 for a well-formed picture. */
    public static int luma(Picture picture, int x, int y) {
        requireInside(picture, x, y);
        return switch (picture) {
            case I420 yuv -> yuv.data()[y * yuv.width() + x] & 255;
            case Rgb24 rgb -> {
                int color = rgb(rgb, x, y);
                yield ColorConversion.luma(color >> 16, color >> 8 & 255, color & 255);
            }
            case Encoded encoded -> throw notDecoded(encoded);
        };
    }

    /** The colour at a point as {@code 0xRRGGBB}. */
    public static int rgb(Picture picture, int x, int y) {
        requireInside(picture, x, y);
        return switch (picture) {
            case I420 yuv -> {
                int chroma = (y / 2) * yuv.chromaWidth() + x / 2;
                byte[] one = {
                    yuv.data()[y * yuv.width() + x], yuv.data()[yuv.offsetU() + chroma], yuv.data()[yuv.offsetV() + chroma]
                };
                yield packed(ColorConversion.toRgb24(new I420(1, 1, one)).data(), 0);
            }
            case Rgb24 rgb -> packed(rgb.data(), 3 * (y * rgb.width() + x));
            case Encoded encoded -> throw notDecoded(encoded);
        };
    }

    private static int packed(byte[] rgb, int at) {
        return (rgb[at] & 255) << 16 | (rgb[at + 1] & 255) << 8 | rgb[at + 2] & 255;
    }

    private static void requireInside(Picture picture, int x, int y) {
        if (x < 0 || y < 0 || x >= picture.width() || y >= picture.height()) {
            throw new IndexOutOfBoundsException(
                    "(" + x + "," + y + ") is outside of " + picture.width() + "x" + picture.height());
        }
    }

    private static IllegalArgumentException notDecoded(Encoded encoded) {
        return new IllegalArgumentException("decode the " + encoded.contentType() + " picture first");
    }
}
