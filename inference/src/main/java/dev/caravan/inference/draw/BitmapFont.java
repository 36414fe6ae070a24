package dev.caravan.inference.draw;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The hub's own font: printable ASCII as 5x8 dots, read from {@code font.txt}, where it can be looked at and corrected by eye.
 * Whatever else a prompt contains shows as a small framed box, one per character.
 */
final class BitmapFont {

    /** Columns of dots of a glyph. */
    static final int GLYPH_WIDTH = 5;
    /** Rows of dots of a glyph, descenders included. */
    static final int GLYPH_HEIGHT = 8;
    /** Dots from one character to the next. */
    static final int ADVANCE = 6;
    /** Dots from one line to the next. */
    static final int LINE_HEIGHT = 10;

    private static final int FIRST = ' ';
    private static final int PER_BAND = 16;
    private static final int GLYPHS = 6 * PER_BAND;
    private static final int REPLACEMENT = GLYPHS - 1;

    private static final byte[][] ROWS = read();

    private BitmapFont() {}

    /** One row of a glyph; the highest of {@link #GLYPH_WIDTH} bits is the leftmost dot. */
    static int row(int codePoint, int row) {
        int glyph = codePoint - FIRST;
        return ROWS[glyph >= 0 && glyph < REPLACEMENT ? glyph : REPLACEMENT][row];
    }

    private static byte[][] read() {
        List<String> sheet;
        try (InputStream in = BitmapFont.class.getResourceAsStream("font.txt")) {
            if (in == null) {
                throw new IllegalStateException("font.txt is not on the class path");
            }
            sheet = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII)).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[][] rows = new byte[GLYPHS][GLYPH_HEIGHT];
        for (int glyph = 0; glyph < GLYPHS; glyph++) {
            int left = glyph % PER_BAND * ADVANCE;
            for (int y = 0; y < GLYPH_HEIGHT; y++) {
                String line = sheet.get(glyph / PER_BAND * GLYPH_HEIGHT + y);
                for (int x = 0; x < GLYPH_WIDTH; x++) {
                    rows[glyph][y] |= (byte) (line.charAt(left + x) == '#' ? 1 << GLYPH_WIDTH - 1 - x : 0);
                }
            }
        }
        return rows;
    }
}
