package dev.caravan.inference.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ContextWindowTest {

    private final ContextWindow window = new ContextWindow(3, 3);

    @Test
    void theFirstChunkSeesItselfAlone() {
        CachePass pass = window.pass(0, 3);
        assertEquals(List.of(0, 1, 2), pass.queryPositions());
        assertEquals(List.of(0, 1, 2), pass.writtenSlots());
        assertEquals(3, pass.attendedSlots());
        assertEquals(new KeyView.Biased(1, 1, true), pass.view());
    }

    @Test
    void behindAFirstChunkNothingOfAnEarlierStreamIsLeft() {
        assertEquals(List.of(new CacheChange.Clear(List.of(4, 5))), window.pass(0, 4).before());
        assertEquals(List.of(), window.pass(4, 3).before());
    }

    @Test
    void laterChunksSeeTheContextAtTheSamePlacesForEver() {
        window.pass(0, 4);
        for (int start = 4; start < 2000; start += 3) {
            CachePass context = window.recache(start, 3);
            assertEquals(List.of(0, 1, 2), context.queryPositions());
            assertEquals(List.of(0, 1, 2), context.writtenSlots());
            assertEquals(3, context.attendedSlots());
            assertEquals(new KeyView.Biased(0, 0, false), context.view());
            CachePass chunk = window.pass(start, 3);
            assertEquals(List.of(3, 4, 5), chunk.queryPositions());
            assertEquals(List.of(3, 4, 5), chunk.writtenSlots());
            assertEquals(6, chunk.attendedSlots());
            assertEquals(new KeyView.Biased(1, 3, true), chunk.view());
            assertEquals(chunk, window.pass(start, 3), "again for the next denoise step");
        }
    }

    @Test
    void ofALongFirstChunkWhatLiesBeforeItsLastThreeFramesIsBiasedButTheFirst() {
        assertEquals(new KeyView.Biased(1, 1, true), window.pass(0, 4).view());
        window.reset();
        assertEquals(new KeyView.Biased(1, 2, true), window.pass(0, 5).view());
    }

    @Test
    void afterAResetItBeginsAnew() {
        CachePass first = window.pass(0, 3);
        window.pass(3, 3);
        window.reset();
        assertEquals(first, window.pass(0, 3));
    }

    @Test
    void whatDoesNotFollowIsRefusedAndChangesNothing() {
        assertThrows(IllegalArgumentException.class, () -> window.recache(0, 3), "there is nothing to be context");
        assertThrows(IllegalArgumentException.class, () -> window.pass(3, 3));
        window.pass(0, 3);
        assertThrows(IllegalArgumentException.class, () -> window.pass(2, 3));
        assertThrows(IllegalArgumentException.class, () -> window.pass(3, 4), "longer than a chunk");
        assertThrows(IllegalArgumentException.class, () -> window.pass(3, 0));
        assertThrows(IllegalArgumentException.class, () -> window.recache(3, 2));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> window.recache(6, 3)).getMessage().contains("before frame 6"));
        window.pass(3, 3);
        assertThrows(IllegalArgumentException.class, () -> new ContextWindow(0, 3));
    }
}
