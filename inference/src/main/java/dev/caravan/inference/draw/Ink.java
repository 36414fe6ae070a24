package dev.caravan.inference.draw;

import dev.caravan.inference.frame.ColorConversion;

/** A colour as it is stored: BT.601 limited range. */
public record Ink(byte luma, byte u, byte v) {

    public static final Ink BLACK = rgb(0x000000);
    public static final Ink WHITE = rgb(0xFFFFFF);

    /** The ink of {@code 0xRRGGBB}. */
    public static Ink rgb(int color) {
        int red = color >> 16 & 255;
        int green = color >> 8 & 255;
        int blue = color & 255;
        return new Ink(
                (byte) ColorConversion.luma(red, green, blue),
                (byte) ColorConversion.chromaU(red, green, blue),
                (byte) ColorConversion.chromaV(red, green, blue));
    }
}
