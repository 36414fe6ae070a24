package dev.caravan.inference.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AveragedSinkTest {

    private static final List<Integer> ALL = List.of(0, 1, 2);

    private final AveragedSink cache = new AveragedSink(9, 3);

    @Test
    void theFirstChunksFillTheSlotsInOrder() {
        assertEquals(pass(ALL, ALL, List.of(0, 1, 2)), cache.pass(0, 3));
        assertEquals(pass(List.of(3, 4, 5), List.of(3, 4, 5), List.of(0, 1, 2, 3, 4, 5)), cache.pass(3, 3));
    }

    @Test
    void framesThatLeaveAreAveragedIntoTheSinkAndTheirSlotsWrittenAgain() {
        chunks(3, 3);
        List<Integer> turned = List.of(0, 1, 2, 6, 7, 8, 3, 4, 5);
        assertEquals(pass(List.of(6, 7, 8), List.of(3, 4, 5), turned, average(List.of(3, 4, 5), true)), cache.pass(9, 3));
        List<Integer> back = List.of(0, 1, 2, 3, 4, 5, 6, 7, 8);
        assertEquals(pass(List.of(6, 7, 8), List.of(6, 7, 8), back, average(List.of(6, 7, 8), false)), cache.pass(12, 3));
    }

    @Test
    void repeatingAPassOverwritesTheSameSlotsAndAveragesNothing() {
        chunks(3, 3);
        CachePass first = cache.pass(9, 3);
        assertEquals(1, first.before().size());
        for (int step = 0; step < 4; step++) {
            assertEquals(pass(first.queryPositions(), first.writtenSlots(), List.of(0, 1, 2, 6, 7, 8, 3, 4, 5)), cache.pass(9, 3));
        }
        assertEquals(average(List.of(6, 7, 8), false), cache.pass(12, 3).before());
    }

    @Test
    void positionsStaySmallHoweverLongTheStreamGets() {
        chunks(3, 400);
        assertEquals(List.of(6, 7, 8), cache.pass(1200, 3).queryPositions());
    }

    @Test
    void theFourthFrameOfAFirstChunkIsOverwrittenByTheNextChunkOfVideo() {
        assertEquals(pass(List.of(0, 1, 2, 3), List.of(0, 1, 2, 3), List.of(0, 1, 2, 3)), cache.pass(0, 4));
        assertEquals(pass(List.of(3, 4, 5), List.of(3, 4, 5), List.of(0, 1, 2, 3, 4, 5)), cache.pass(3, 3));
        assertEquals(List.of(6, 7, 8), cache.pass(6, 3).writtenSlots());
        assertEquals(average(List.of(3, 4, 5), true), cache.pass(9, 3).before());
    }

    @Test
    void fewerFramesThanTheSinkHasAreCopiedIntoIt() {
        chunks(4, 2);
        CachePass pass = cache.pass(7, 3);
        assertEquals(List.of(new CacheChange.Copy(List.of(3), List.of(0))), pass.before());
        assertEquals(List.of(3, 7, 8), pass.writtenSlots());
        assertEquals(new KeyView.Turned(List.of(0, 1, 2, 6, 3, 4, 5, 7, 8)), pass.view());
        assertEquals(average(List.of(4, 5, 6), true), cache.pass(10, 3).before());
    }

    @Test
    void moreFramesThanTheSinkHasAreNotAveragedEither() {
        chunks(3, 3);
        assertEquals(List.of(new CacheChange.Copy(List.of(3, 4, 5), List.of(0, 1, 2))), cache.pass(9, 4).before());
        assertEquals(List.of(0, 1, 2, 7, 8, 3, 4, 5, 6), cache.slots());
    }

    @Test
    void anAverageAfterACopyBeginsAnew() {
        chunks(3, 5);
        cache.pass(15, 2);
        assertEquals(true, ((CacheChange.Average) cache.pass(17, 3).before().getFirst()).first());
    }

    @Test
    void otherSizesWorkAlike() {
        AveragedSink small = new AveragedSink(5, 1);
        for (int frame = 0; frame < 5; frame++) {
            small.pass(frame, 1);
        }
        CachePass pass = small.pass(5, 1);
        assertEquals(List.of(new CacheChange.Average(List.of(1), List.of(0), 0.999, true)), pass.before());
        assertEquals(List.of(1), pass.writtenSlots());
        assertEquals(new KeyView.Turned(List.of(0, 4, 1, 2, 3)), pass.view());
        assertEquals(List.of(4), pass.queryPositions());
    }

    @Test
    void afterAResetAStreamBeginsAnew() {
        chunks(3, 4);
        cache.reset();
        assertEquals(List.of(), cache.slots());
        chunks(3, 3);
        assertEquals(average(List.of(3, 4, 5), true), cache.pass(9, 3).before());
    }

    @Test
    void whatCannotBeIsRefusedAndChangesNothing() {
        chunks(3, 5);
        List<Integer> slots = cache.slots();
        assertThrows(IllegalArgumentException.class, () -> cache.pass(16, 3), "a gap");
        assertThrows(IllegalArgumentException.class, () -> cache.pass(9, 3), "frames that were followed by others");
        assertThrows(IllegalArgumentException.class, () -> cache.pass(8, 7), "frames that left");
        assertThrows(IllegalArgumentException.class, () -> cache.pass(14, 3), "some of them held in a full cache");
        assertThrows(IllegalArgumentException.class, () -> cache.pass(15, 7), "more than the window has");
        assertThrows(IllegalArgumentException.class, () -> cache.pass(15, 0));
        assertThrows(IllegalArgumentException.class, () -> new AveragedSink(9, 3).pass(0, 10), "more than there are slots");
        assertThrows(IllegalArgumentException.class, () -> new AveragedSink(3, 3));
        assertThrows(IllegalArgumentException.class, () -> new AveragedSink(3, 0));
        assertThrows(UnsupportedOperationException.class, () -> cache.recache(15, 9));
        assertEquals(slots, cache.slots());
        assertEquals(15, cache.end());
    }

    private static CachePass pass(List<Integer> positions, List<Integer> slots, List<Integer> seen, List<CacheChange> before) {
        return new CachePass(positions, IntStream.range(0, slots.size()).boxed().toList(), slots, seen.size(), new KeyView.Turned(seen),
                before, List.of());
    }

    private static CachePass pass(List<Integer> positions, List<Integer> slots, List<Integer> seen) {
        return pass(positions, slots, seen, List.of());
    }

    private static List<CacheChange> average(List<Integer> from, boolean first) {
        return List.of(new CacheChange.Average(from, ALL, 0.999, first));
    }

    /** A first chunk and as many of three frames that it makes {@code count} in all. */
    private void chunks(int first, int count) {
        cache.pass(0, first);
        for (int i = 1; i < count; i++) {
            cache.pass(cache.end(), 3);
        }
    }
}
