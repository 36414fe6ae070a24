package dev.caravan.inference.draw;

import dev.caravan.inference.frame.Picture.I420;
import java.util.Arrays;

/**
 * Paints on a picture that only its maker has seen so far. Everything is clipped to the picture; nothing throws for lack of room.
 * Coordinates are pixels from the top left; chroma follows on its coarser grid. Not thread-safe.
 */
public final class Canvas {

    private final byte[] data;
    private final int width;
    private final int height;
    private final int chromaWidth;
    private final int offsetU;
    private final int offsetV;

    /** @param fresh not yet handed to anybody: its bytes are written */
    public Canvas(I420 fresh) {
        data = fresh.data();
        width = fresh.width();
        height = fresh.height();
        chromaWidth = fresh.chromaWidth();
        offsetU = fresh.offsetU();
        offsetV = fresh.offsetV();
    }

    public void fill(int x, int y, int w, int h, Ink ink) {
        int left = Math.max(x, 0);
        int right = Math.min(x + w, width);
        int top = Math.max(y, 0);
        int bottom = Math.min(y + h, height);
        if (left >= right) {
            return;
        }
        for (int row = top; row < bottom; row++) {
            Arrays.fill(data, row * width + left, row * width + right, ink.luma());
        }
        for (int row = top / 2; row < (bottom + 1) / 2; row++) {
            int line = row * chromaWidth;
            Arrays.fill(data, offsetU + line + left / 2, offsetU + line + (right + 1) / 2, ink.u());
            Arrays.fill(data, offsetV + line + left / 2, offsetV + line + (right + 1) / 2, ink.v());
        }
    }

    /** Darkens to a quarter and takes most of the colour away, so that text on it can be read over any picture. */
    public void shade(int x, int y, int w, int h) {
        int left = Math.max(x, 0);
        int right = Math.min(x + w, width);
        int top = Math.max(y, 0);
        int bottom = Math.min(y + h, height);
        for (int row = top; row < bottom; row++) {
            for (int i = row * width + left; i < row * width + right; i++) {
                data[i] = (byte) (12 + ((data[i] & 255) >> 2));
            }
        }
        for (int row = top / 2; left < right && row < (bottom + 1) / 2; row++) {
            for (int i = row * chromaWidth + left / 2; i < row * chromaWidth + (right + 1) / 2; i++) {
                data[offsetU + i] = (byte) (96 + ((data[offsetU + i] & 255) >> 2));
                data[offsetV + i] = (byte) (96 + ((data[offsetV + i] & 255) >> 2));
            }
        }
    }

    /** White text. */
    public void stamp(int x, int y, TextBlock block) {
        int left = Math.max(0, -x);
        int right = Math.min(block.width(), width - x);
        int bottom = Math.min(block.height(), height - y);
        for (int row = Math.max(0, -y); row < bottom; row++) {
            int line = (y + row) * width + x;
            for (int column = left; column < right; column++) {
                if (block.dot(column, row)) {
                    data[line + column] = Ink.WHITE.luma();
                }
            }
        }
    }

    /** One line of white text that changes too often to be kept as a {@link TextBlock}. */
    public void text(int x, int y, int scale, String text) {
        for (int i = 0, left = x; i < text.length() && left < width; i++, left += BitmapFont.ADVANCE * scale) {
            for (int row = 0; row < BitmapFont.GLYPH_HEIGHT * scale; row++) {
                int bits = BitmapFont.row(text.charAt(i), row / scale);
                for (int column = 0; bits != 0 && column < BitmapFont.GLYPH_WIDTH * scale; column++) {
                    if ((bits >> BitmapFont.GLYPH_WIDTH - 1 - column / scale & 1) == 1) {
                        dot(left + column, y + row);
                    }
                }
            }
        }
    }

    public void disc(int centreX, int centreY, int radius, Ink ink) {
        for (int row = -radius; row <= radius; row++) {
            int half = (int) Math.sqrt(radius * radius - row * row);
            fill(centreX - half, centreY + row, 2 * half + 1, 1, ink);
        }
    }

    public void ring(int centreX, int centreY, int radius, int thickness, Ink ink) {
        int inner = radius - thickness;
        for (int row = -radius; row <= radius; row++) {
            int outside = (int) Math.sqrt(radius * radius - row * row);
            int inside = Math.abs(row) < inner ? (int) Math.sqrt(inner * inner - row * row) : -1;
            if (inside < 0) {
                fill(centreX - outside, centreY + row, 2 * outside + 1, 1, ink);
            } else {
                fill(centreX - outside, centreY + row, outside - inside, 1, ink);
                fill(centreX + inside + 1, centreY + row, outside - inside, 1, ink);
            }
        }
    }

    private void dot(int x, int y) {
        if (x >= 0 && y >= 0 && x < width && y < height) {
            data[y * width + x] = Ink.WHITE.luma();
        }
    }
}
