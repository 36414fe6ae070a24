package dev.caravan.inference.draw;

import dev.caravan.inference.frame.Picture.I420;
import java.util.OptionalInt;

/**
 * One row of light and dark cells at the bottom right that carries 24 bits through a lossy codec.
 *
 * <pre>
 *   cell   0 1 | 2 ............ 25 | 26 .. 29 | 30 31
 *   light  1 0 | payload, high bit | check    |  0  1
 *              |      first        | nibble   |
 * </pre>
 *
 * The check is the exclusive or of the payload's six nibbles and {@code 0xA}. Cells are squares of 8 pixels, of 4 where the picture is
 * narrower than 272 pixels, none below 144. The last cell ends {@link #MARGIN} pixels from the right edge; row 0 ends as far from the
 * bottom edge, row 1 lies on top of it, and so on. So cells keep to the codec's block grid when the size is a multiple of 8. A reader
 * takes the mean of the inner quarter of a cell and compares it with the middle between the two kinds of sync cells.
 */
final class CellRow {

    /** Pixels between the cells and the picture's right and bottom edges. */
    static final int MARGIN = 8;

    private static final int CELLS = 32;
    private static final int PAYLOAD_BITS = 24;
    private static final int CHECK_SEED = 0xA;
    /** Below this difference of light and dark there is no bar. */
    private static final int LEAST_CONTRAST = 48;

    private CellRow() {}

    /** Pixels of a cell's side in a picture of this size, 0 when {@code rows} rows have no room. */
    static int cell(int width, int height, int rows) {
        int cell = width >= CELLS * 8 + 2 * MARGIN ? 8 : width >= CELLS * 4 + 2 * MARGIN ? 4 : 0;
        return height >= rows * cell + 2 * MARGIN ? cell : 0;
    }

    static boolean write(I420 fresh, int row, int payload) {
        int cell = cell(fresh.width(), fresh.height(), row + 1);
        if (cell == 0) {
            return false;
        }
        Canvas canvas = new Canvas(fresh);
        int left = left(fresh, cell);
        int top = top(fresh, cell, row);
        canvas.fill(left - MARGIN / 2, top, CELLS * cell + MARGIN, cell, Ink.BLACK);
        int bits = pack(payload);
        for (int i = 0; i < CELLS; i++) {
            if ((bits >> CELLS - 1 - i & 1) == 1) {
                canvas.fill(left + i * cell, top, cell, cell, Ink.WHITE);
            }
        }
        return true;
    }

    static OptionalInt read(I420 picture, int row) {
        int cell = cell(picture.width(), picture.height(), row + 1);
        if (cell == 0) {
            return OptionalInt.empty();
        }
        int left = left(picture, cell);
        int top = top(picture, cell, row);
        int light = (mean(picture, left, top, cell) + mean(picture, left + 31 * cell, top, cell)) / 2;
        int dark = (mean(picture, left + cell, top, cell) + mean(picture, left + 30 * cell, top, cell)) / 2;
        if (light - dark < LEAST_CONTRAST) {
            return OptionalInt.empty();
        }
        int bits = 0;
        for (int i = 0; i < CELLS; i++) {
            bits = bits << 1 | (2 * mean(picture, left + i * cell, top, cell) > light + dark ? 1 : 0);
        }
        int payload = bits >>> 6 & (1 << PAYLOAD_BITS) - 1;
        return bits == pack(payload) ? OptionalInt.of(payload) : OptionalInt.empty();
    }

    private static int left(I420 picture, int cell) {
        return picture.width() - MARGIN - CELLS * cell;
    }

    private static int top(I420 picture, int cell, int row) {
        return picture.height() - MARGIN - (row + 1) * cell;
    }

    /** All 32 cells with their sync and check. */
    private static int pack(int payload) {
        int check = CHECK_SEED;
        for (int shift = 0; shift < PAYLOAD_BITS; shift += 4) {
            check ^= payload >> shift & 15;
        }
        return 0b10 << 30 | (payload & (1 << PAYLOAD_BITS) - 1) << 6 | check << 2 | 0b01;
    }

    private static int mean(I420 picture, int x, int y, int cell) {
        int sum = 0;
        int inset = cell / 4;
        int side = cell / 2;
        for (int row = y + inset; row < y + inset + side; row++) {
            for (int column = x + inset; column < x + inset + side; column++) {
                sum += picture.data()[row * picture.width() + column] & 255;
            }
        }
        return sum / (side * side);
    }
}
