package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.draw.Canvas;
import dev.caravan.inference.draw.Ink;
import dev.caravan.inference.frame.Picture.I420;

/**
 * The part of the test picture that stands still - grid, circle, colour bars, grey steps - painted once and shared by all streams,
 * and the parts that move. The middle zone lies between the text at the top and the prompt at the bottom.
 */
final class CardBackground {

    /** 75 % bars, from left to right. */
    private static final int[] BARS = {0xBFBFBF, 0xBFBF00, 0x00BFBF, 0x00BF00, 0xBF00BF, 0xBF0000, 0x0000BF};
    private static final int GREY_STEPS = 9;
    private static final Ink GROUND = Ink.rgb(0x3A4048);
    private static final Ink GRID = Ink.rgb(0x6A727C);
    private static final Ink LINE = Ink.rgb(0xE8ECF0);
    private static final Ink TRACK = Ink.rgb(0x14171B);
    private static final Ink MARKER = Ink.rgb(0xFF8A1E);
    private static final int MARKER_RADIUS = 14;
    /** Pixels; below there is only the grid. */
    private static final int LEAST_ZONE = 40;
    /** Frames the marker takes from left to right and back. */
    private static final int SWEEP = 120;

    private final I420 still;
    private final int top;
    private final int zone;
    private final int left;
    private final int span;

    CardBackground(int width, int height) {
        CardLayout layout = new CardLayout(width, height);
        still = new I420(width, height, new byte[I420.size(width, height)]);
        top = layout.middleTop();
        zone = layout.middleBottom() - top;
        span = width * 3 / 4;
        left = (width - span) / 2;
        paint(new Canvas(still), width, height);
    }

    /** A picture of one's own with everything in it that moves, as of this frame. */
    I420 frame(long counter) {
        I420 fresh = new I420(still.width(), still.height(), still.data().clone());
        if (zone >= LEAST_ZONE) {
            int step = (int) (counter % SWEEP);
            int radius = Math.min((zone - sweepTop()) / 2 - 2, MARKER_RADIUS);
            int way = span - 2 * radius - 4;
            int x = left + 2 + radius + way * Math.min(step, SWEEP - step) / (SWEEP / 2);
            int y = top + (sweepTop() + zone) / 2;
            Canvas canvas = new Canvas(fresh);
            canvas.fill(x, top + barsHeight(), 2, zone - barsHeight(), MARKER);
            canvas.disc(x, y, radius, MARKER);
        }
        return fresh;
    }

    private void paint(Canvas canvas, int width, int height) {
        canvas.fill(0, 0, width, height, GROUND);
        int pitch = Math.max(16, height / 10 & ~1);
        for (int x = width / 2 % pitch; x < width; x += pitch) {
            canvas.fill(x, 0, 1, height, GRID);
        }
        for (int y = height / 2 % pitch; y < height; y += pitch) {
            canvas.fill(0, y, width, 1, GRID);
        }
        canvas.ring(width / 2, height / 2, Math.min(width, height) * 47 / 100, Math.max(1, height / 160), LINE);
        if (zone < LEAST_ZONE) {
            return;
        }
        canvas.fill(left - 2, top - 2, span + 4, zone + 4, LINE);
        for (int i = 0; i < BARS.length; i++) {
            column(canvas, top, barsHeight(), i, BARS.length, Ink.rgb(BARS[i]));
        }
        for (int i = 0; i < GREY_STEPS; i++) {
            int grey = 255 * i / (GREY_STEPS - 1);
            column(canvas, top + barsHeight(), sweepTop() - barsHeight(), i, GREY_STEPS, Ink.rgb(grey << 16 | grey << 8 | grey));
        }
        canvas.fill(left, top + sweepTop(), span, zone - sweepTop(), TRACK);
    }

    private void column(Canvas canvas, int y, int height, int index, int count, Ink ink) {
        int from = left + span * index / count;
        canvas.fill(from, y, left + span * (index + 1) / count - from, height, ink);
    }

    private int barsHeight() {
        return zone * 62 / 100;
    }

    private int sweepTop() {
        return zone * 80 / 100;
    }
}
