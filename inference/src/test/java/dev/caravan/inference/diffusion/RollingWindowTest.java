package dev.caravan.inference.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class RollingWindowTest {

    private final RollingWindow window = new RollingWindow(12, 3);

    @Test
    void theFirstChunksFillTheSlotsInOrder() {
        assertEquals(new CachePass(List.of(0, 1, 2), List.of(0, 1, 2), List.of(0, 1, 2), 3), window.pass(0, 3));
        assertEquals(new CachePass(List.of(3, 4, 5), List.of(0, 1, 2), List.of(3, 4, 5), 6), window.pass(3, 3));
    }

    @Test
    void repeatingAPassOverwritesTheSameSlots() {
        chunks(3, 5);
        CachePass first = window.pass(15, 3);
        assertEquals(first, window.pass(15, 3));
        assertEquals(List.of(0, 1, 2, 9, 10, 11, 12, 13, 14, 15, 16, 17), window.frames());
    }

    @Test
    void aFullCacheKeepsTheSinkAndReplacesTheOldest() {
        chunks(3, 4);
        assertEquals(new CachePass(List.of(12, 13, 14), List.of(0, 1, 2), List.of(3, 4, 5), 12), window.pass(12, 3));
        assertEquals(List.of(0, 1, 2, 6, 7, 8, 9, 10, 11, 12, 13, 14), window.frames());
    }

    @Test
    void afterAFirstChunkOfFourTheNewFramesWrapAround() {
        chunks(4, 3);
        assertEquals(new CachePass(List.of(10, 11, 12), List.of(0, 1, 2), List.of(10, 11, 3), 12), window.pass(10, 3));
        assertEquals(List.of(0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12), window.frames());
        assertEquals(3, window.slotOf(12));
    }

    @Test
    void oldAndNewFramesMayShareAPass() {
        window.pass(0, 4);
        assertEquals(List.of(3, 4, 5), window.pass(3, 3).writtenSlots());
        assertEquals(6, window.end());
    }

    @Test
    void anEarlyRecacheRewritesTheSinkToo() {
        chunks(3, 2);
        assertEquals(new CachePass(List.of(0, 1, 2, 3, 4, 5), List.of(0, 1, 2, 3, 4, 5), List.of(0, 1, 2, 3, 4, 5), 6), window.recache(6, 6));
    }

    @Test
    void aLaterRecacheLeavesTheSinkAlone() {
        chunks(4, 5);
        CachePass pass = window.recache(16, 12);
        assertEquals(List.of(4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), pass.queryPositions());
        assertEquals(List.of(3, 4, 5, 6, 7, 8, 9, 10, 11), pass.writtenFrames());
        // Frames 7 to 15: the slots where they were put, and where they still are.
        assertEquals(List.of(7, 8, 9, 10, 11, 3, 4, 5, 6), pass.writtenSlots());
        assertEquals(12, pass.attendedSlots());
        assertEquals(List.of(7, 8, 9, 10, 11, 3, 4, 5, 6), window.pass(7, 9).writtenSlots());
    }

    @Test
    void aShorterRecacheRewritesTheNewestFrames() {
        chunks(3, 2);
        assertEquals(new CachePass(List.of(3, 4, 5), List.of(0, 1, 2), List.of(3, 4, 5), 6), window.recache(6, 3));
        assertEquals(new CachePass(List.of(2, 3, 4, 5), List.of(1, 2, 3), List.of(3, 4, 5), 6), window.recache(6, 4), "2 is of the sink");
    }

    @Test
    void afterAResetAStreamBeginsAnew() {
        chunks(3, 5);
        window.reset();
        assertEquals(List.of(), window.frames());
        assertEquals(List.of(0, 1, 2, 3), window.pass(0, 4).writtenSlots());
    }

    @Test
    void whatCannotBeIsRefusedAndChangesNothing() {
        chunks(3, 5);
        assertThrows(IllegalArgumentException.class, () -> window.pass(16, 3), "a gap");
        assertThrows(IllegalArgumentException.class, () -> window.pass(4, 3), "dropped long ago");
        assertThrows(IllegalArgumentException.class, () -> window.pass(15, 10), "more than the window has");
        assertThrows(IllegalArgumentException.class, () -> window.pass(15, 0));
        assertThrows(IllegalArgumentException.class, () -> window.recache(14, 12));
        assertThrows(IllegalArgumentException.class, () -> window.recache(15, 13));
        assertThrows(IllegalArgumentException.class, () -> new RollingWindow(3, 3));
        assertEquals(List.of(0, 1, 2, 6, 7, 8, 9, 10, 11, 12, 13, 14), window.frames());
        assertEquals(15, window.end());
    }

    /** A first chunk and as many of three frames that it makes {@code count} in all. */
    private void chunks(int first, int count) {
        window.pass(0, first);
        for (int i = 1; i < count; i++) {
            window.pass(window.end(), 3);
        }
    }
}
