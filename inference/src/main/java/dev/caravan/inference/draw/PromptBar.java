package dev.caravan.inference.draw;

import dev.caravan.inference.frame.Picture.I420;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.zip.CRC32;

/**
 * Which prompt a picture was made with, as two rows of cells above the {@link CounterBar}: the 32-bit {@link #of hash} of the text.
 *
 * <p>Each row has the form of the counter bar. The upper row carries {@code 0x50} and the hash's high 16 bits, the lower one
 * {@code 0x51} and its low 16 bits. Static and thread-safe.
 */
public final class PromptBar {

    private static final int UPPER_ROW = 2;
    private static final int LOWER_ROW = 1;
    private static final int UPPER_MARK = 0x50 << 16;
    private static final int LOWER_MARK = 0x51 << 16;
    private static final int LOW_HALF = 0xFFFF;

    private PromptBar() {}

    /** Pixels the counter bar and this one take at the bottom of a picture, margins included; 0 where they have no room. */
    public static int zoneHeight(int width, int height) {
        int cell = CellRow.cell(width, height, UPPER_ROW + 1);
        return cell == 0 ? 0 : (UPPER_ROW + 1) * cell + 2 * CellRow.MARGIN;
    }

    /** The CRC-32 (as of zip) of the UTF-8 bytes of the text; 0 for none. */
    public static int of(String prompt) {
        CRC32 crc = new CRC32();
        crc.update(prompt.getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }

    /** The hash of a blend: of its texts in order, joined by line feeds, without their weights. */
    public static int of(List<String> prompts) {
        return of(String.join("\n", prompts));
    }

    /**
     * Draws the bar.
     *
     * @param fresh not yet handed to anybody: its bytes are written
     * @return false when there was no room
     */
    public static boolean write(I420 fresh, int hash) {
        return CellRow.write(fresh, UPPER_ROW, UPPER_MARK | hash >>> 16)
                && CellRow.write(fresh, LOWER_ROW, LOWER_MARK | hash & LOW_HALF);
    }

    /** The hash, or empty when the picture shows no bar that can be read without doubt. */
    public static OptionalInt read(I420 picture) {
        OptionalInt upper = CellRow.read(picture, UPPER_ROW);
        OptionalInt lower = CellRow.read(picture, LOWER_ROW);
        if (upper.isEmpty()
                || lower.isEmpty()
                || (upper.getAsInt() & ~LOW_HALF) != UPPER_MARK
                || (lower.getAsInt() & ~LOW_HALF) != LOWER_MARK) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(upper.getAsInt() << 16 | lower.getAsInt() & LOW_HALF);
    }
}
