package dev.caravan.browser;

import dev.caravan.inference.draw.CounterBar;
import dev.caravan.inference.draw.PromptBar;
import dev.caravan.inference.frame.Picture;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What a video element shows, read from its pixels.
 *
 * @param selector CSS selector of the element
 */
record Screen(Chromium chromium, String selector) {

    static final List<Long> RED = List.of(200L, 40L, 40L);
    static final List<Long> GREEN = List.of(40L, 160L, 60L);
    static final List<Long> BLUE = List.of(40L, 60L, 200L);

    /**
     * How far a colour may be off. Chromium marks pictures of a canvas as full-range BT.709 in an RTP extension that webrtc-java does
     * not hand over, and takes what comes back for limited-range BT.601: (200,40,40) returns as (195,10,30) with untouched pixels.
     */
    private static final int COLOUR_SLACK = 40;

    /** Waits until the colour around a point is the wanted one. */
    void awaitColour(int x, int y, List<Long> wanted) {
        awaitColour(x, y, wanted, () -> {});
    }

    /** The same, doing something before each look. */
    void awaitColour(int x, int y, List<Long> wanted, Runnable before) {
        AtomicReference<List<Long>> seen = new AtomicReference<>();
        chromium.await(() -> "the colour of " + selector + " is " + wanted + ", not " + seen, () -> {
            before.run();
            seen.set(chromium.colourAt(selector, x, y));
            return near(seen.get(), wanted);
        });
    }

    /** Waits until the picture says that it was made with this prompt. */
    void awaitPrompt(String prompt) {
        chromium.await("the picture shows the prompt: " + prompt,
                () -> chromium.luma(selector).map(picture -> shows(picture, prompt)).orElse(false));
    }

    /** Waits until the picture's number is above one; the number. */
    int awaitCounterAbove(int last) {
        int[] seen = {-1};
        chromium.await(() -> "the picture's number is above " + last + ", not " + seen[0], () -> {
            chromium.luma(selector).ifPresent(picture -> CounterBar.read(picture).ifPresent(number -> seen[0] = number));
            return seen[0] > last;
        });
        return seen[0];
    }

    static boolean shows(Picture.I420 picture, String prompt) {
        var read = PromptBar.read(picture);
        return read.isPresent() && read.getAsInt() == PromptBar.of(prompt);
    }

    private static boolean near(List<Long> colour, List<Long> wanted) {
        for (int i = 0; i < 3; i++) {
            if (Math.abs(colour.get(i) - wanted.get(i)) > COLOUR_SLACK) {
                return false;
            }
        }
        return true;
    }
}
