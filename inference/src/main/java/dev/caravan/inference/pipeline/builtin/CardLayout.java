package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.draw.PromptBar;
import dev.caravan.inference.draw.TextBlock;

/**
 * Where things are on the test card, from the size of the picture alone, so that the prompt is always in the same place:
 * name, counter and clock at the top left; up to three lines of prompt above the bars at the bottom.
 */
record CardLayout(int width, int height) {

    static final int MARGIN = 8;
    static final int PROMPT_LINES = 3;
    private static final int HEADER_LINES = 2;
    private static final int PADDING = 4;

    /** Pixels per dot of text. */
    int scale() {
        return width >= 480 && height >= 240 ? 2 : 1;
    }

    int textWidth() {
        return width - 2 * MARGIN;
    }

    int lineHeight() {
        return TextBlock.lineHeight(scale());
    }

    /** Of the panel behind {@code lines} lines of text. */
    int panelHeight(int lines) {
        return lines * lineHeight() + 2 * PADDING;
    }

    int promptTop() {
        int bars = Math.max(MARGIN, PromptBar.zoneHeight(width, height));
        return height - bars - PROMPT_LINES * lineHeight();
    }

    int middleTop() {
        return MARGIN + HEADER_LINES * lineHeight() + 2 * PADDING;
    }

    int middleBottom() {
        return promptTop() - 2 * PADDING;
    }

    int padding() {
        return PADDING;
    }
}
