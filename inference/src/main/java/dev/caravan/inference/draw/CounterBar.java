package dev.caravan.inference.draw;

import dev.caravan.inference.frame.Picture.I420;
import java.util.OptionalInt;

/**
 * A 24-bit number as cells at the bottom right of a picture, readable after VP8 or JPEG: which frame is this?
 *
 * <p>One row of 32 square cells, the last one ending 8 pixels from the right and the bottom edge; cells of 8 pixels in pictures at
 * least 272 wide, of 4 from 144 on, none below. From the left: light, dark, the number (highest bit first, light = 1), a check
 * nibble (exclusive or of the number's six nibbles and 0xA), dark, light. A picture that was scaled on its way has to be scaled back
 * before reading. Static and thread-safe.
 */
public final class CounterBar {

    /** Numbers wrap here. */
    public static final int MODULUS = 1 << 24;

    private static final int ROW = 0;

    private CounterBar() {}

    /** Whether a picture of this size has room. */
    public static boolean fits(int width, int height) {
        return CellRow.cell(width, height, ROW + 1) > 0;
    }

    /**
     * Draws the bar, with neutral colour under it.
     *
     * @param fresh   not yet handed to anybody: its bytes are written
     * @param counter its lowest 24 bits count
     * @return false when there was no room
     */
    public static boolean write(I420 fresh, long counter) {
        return CellRow.write(fresh, ROW, (int) (counter & MODULUS - 1));
    }

    /** The number, or empty when the picture shows no bar that can be read without doubt. */
    public static OptionalInt read(I420 picture) {
        return CellRow.read(picture, ROW);
    }
}
