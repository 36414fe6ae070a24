package dev.caravan.inference.draw;

import java.util.ArrayList;
import java.util.List;

/**
 * Text broken into lines and turned into dots once, to be stamped on many frames. Immutable.
 *
 * <p>Breaks between words where it can; words longer than a line are cut. What does not fit into the allowed lines ends in {@code ...}.
 */
public final class TextBlock {

    private static final String ELLIPSIS = "...";

    private final List<String> lines;
    private final int width;
    private final int height;
    private final boolean[] dots;

    private TextBlock(List<String> lines, int scale) {
        this.lines = List.copyOf(lines);
        int columns = lines.stream().mapToInt(TextBlock::length).max().orElse(0);
        this.width = columns * BitmapFont.ADVANCE * scale;
        this.height = lines.size() * BitmapFont.LINE_HEIGHT * scale;
        this.dots = new boolean[width * height];
        for (int i = 0; i < lines.size(); i++) {
            draw(lines.get(i).codePoints().toArray(), i * BitmapFont.LINE_HEIGHT * scale, scale);
        }
    }

    /**
     * @param maxWidth of a line in pixels; nothing is drawn where not even one character fits
     * @param scale    pixels per dot, at least 1
     */
    public static TextBlock of(String text, int maxWidth, int maxLines, int scale) {
        int columns = maxWidth / (BitmapFont.ADVANCE * scale);
        return new TextBlock(columns < 1 ? List.of() : wrap(text, columns, maxLines), scale);
    }

    /** Pixels from one line of text to the next. */
    public static int lineHeight(int scale) {
        return BitmapFont.LINE_HEIGHT * scale;
    }

    /** Pixels from one character to the next. */
    public static int advance(int scale) {
        return BitmapFont.ADVANCE * scale;
    }

    public List<String> lines() {
        return lines;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** Whether a pixel of the block belongs to a character. */
    boolean dot(int x, int y) {
        return dots[y * width + x];
    }

    private static List<String> wrap(String text, int columns, int maxLines) {
        String rest = text.strip().replaceAll("[\\s\\p{Cntrl}]+", " ");
        List<String> lines = new ArrayList<>();
        while (!rest.isEmpty() && lines.size() < maxLines) {
            int take = fitting(rest, columns);
            lines.add(rest.substring(0, take).stripTrailing());
            rest = rest.substring(take).stripLeading();
        }
        if (!rest.isEmpty() && !lines.isEmpty()) {
            lines.add(shortened(lines.removeLast(), columns));
        }
        return lines;
    }

    /** How many chars of the text go into a line. */
    private static int fitting(String text, int columns) {
        if (length(text) <= columns) {
            return text.length();
        }
        int limit = text.offsetByCodePoints(0, columns);
        int space = text.lastIndexOf(' ', limit);
        return space > 0 ? space : limit;
    }

    private static String shortened(String line, int columns) {
        int keep = Math.clamp(columns - ELLIPSIS.length(), 0, length(line));
        String dots = ELLIPSIS.substring(0, Math.min(ELLIPSIS.length(), columns));
        return line.substring(0, line.offsetByCodePoints(0, keep)).stripTrailing() + dots;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private void draw(int[] codePoints, int top, int scale) {
        for (int i = 0; i < codePoints.length; i++) {
            int left = i * BitmapFont.ADVANCE * scale;
            for (int y = 0; y < BitmapFont.GLYPH_HEIGHT * scale; y++) {
                int row = BitmapFont.row(codePoints[i], y / scale);
                for (int x = 0; x < BitmapFont.GLYPH_WIDTH * scale; x++) {
                    dots[(top + y) * width + left + x] = (row >> BitmapFont.GLYPH_WIDTH - 1 - x / scale & 1) == 1;
                }
            }
        }
    }
}
