package dev.caravan.inference.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MemoryBankTest {

    private static final int RECORD = 15;

    private final MemoryBank bank = new MemoryBank(12, 3, 3, true);

    @Test
    void theFirstChunkIsRecordedAndSeesNoBank() {
        CachePass pass = bank.pass(0, 3);
        assertEquals(List.of(), pass.before());
        assertEquals(List.of(copy(0, RECORD)), pass.after());
        assertEquals(3, pass.attendedSlots());
        assertEquals(new KeyView.Sparse(List.of(0, 1, 2), List.of()), pass.view());
        assertEquals(16, bank.capacityFrames());
    }

    @Test
    void theNextOneTakesTheRecordInAndSeesIt() {
        bank.pass(0, 3);
        CachePass pass = bank.pass(3, 3);
        assertEquals(List.of(new CacheChange.Clear(List.of(6)), copy(RECORD, 6)), pass.before());
        assertEquals(List.of(), pass.after());
        assertEquals(7, pass.attendedSlots());
        assertEquals(new KeyView.Sparse(List.of(0, 1, 2, 6), List.of(3, 4, 5)), pass.view());
    }

    @Test
    void whatIsSeenIsAlwaysAPrefixOfTheSlots() {
        for (int start = 0; start < 60; start += 3) {
            CachePass pass = bank.pass(start, 3);
            KeyView.Sparse view = (KeyView.Sparse) pass.view();
            List<Integer> seen = new ArrayList<>(view.memory());
            seen.addAll(view.window());
            assertEquals(IntStream.range(0, pass.attendedSlots()).boxed().toList(), seen.stream().sorted().toList());
            assertEquals(List.of(start, start + 1, start + 2).stream().map(bank::slotOf).toList(), pass.writtenSlots());
            assertEquals(3 + Math.min(start, 9) + Math.min((start + 6) / 9, 3), pass.attendedSlots());
            assertEquals(new HashSet<>(seen).size(), seen.size());
        }
    }

    /** The spec's own words, for chunks of three. */
    @Test
    void aChunkSeesAsManyBlocksAsTheSpecCounts() {
        for (int s = 0; s < 100; s += 3) {
            int end = (s + 3) / 3;
            int lend = (end - 1) / 3 + 1;
            int visible = s == 0 ? 0 : Math.min(s / 3 % 3 == 0 ? lend - 1 : lend, 3);
            CachePass pass = bank.pass(s, 3);
            assertEquals(visible, pass.attendedSlots() - bank.frames().size(), "chunk at " + s);
            if (s % 9 == 0) {
                assertEquals(lend, bank.recorded());
            }
        }
    }

    @Test
    void theSameRecordIsTakenInAgainBeforeEachChunk() {
        chunks(3, 5);
        assertEquals(List.of(new CacheChange.Copy(List.of(RECORD), List.of(bank.blockSlots().get(1)))), bank.pass(15, 3).before());
        assertEquals(List.of(copy(RECORD, bank.blockSlots().get(1))), bank.pass(18, 3).before());
    }

    @Test
    void aFullBankIsCompressedBeforeEachChunk() {
        chunks(3, 10);
        List<Integer> slots = List.of(6, 13, 14);
        assertEquals(List.of(new CacheChange.Compress(slots, RECORD)), bank.pass(30, 3).before());
        assertEquals(List.of(new CacheChange.Compress(slots, RECORD)), bank.pass(33, 3).before());
        assertEquals(slots, bank.blockSlots());
    }

    @Test
    void aRepeatedPassTakesNothingInAgain() {
        chunks(3, 4);
        assertEquals(1, bank.pass(12, 3).before().stream().filter(CacheChange.Copy.class::isInstance).count());
        CachePass again = bank.pass(12, 3);
        assertEquals(List.of(), again.before());
        assertEquals(again, bank.pass(12, 3));
    }

    @Test
    void aRecacheTakesInWhatTheLastChunkRecordedAndSeesIt() {
        chunks(3, 4);
        CachePass recache = bank.recache(12, 12);
        assertEquals(14, recache.attendedSlots());
        assertEquals(List.of(new CacheChange.Clear(List.of(13)), copy(RECORD, 13)), recache.before());
        assertEquals(List.of(), recache.after());
        assertEquals(List.of(0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12), recache.writtenSlots());
        CachePass next = bank.pass(12, 3);
        assertEquals(List.of(copy(RECORD, 13)), next.before());
        assertEquals(14, next.attendedSlots());
    }

    @Test
    void aLaterRecacheLeavesTheSinkAloneAndCompresses() {
        chunks(3, 10);
        CachePass recache = bank.recache(30, 12);
        assertEquals(IntStream.range(3, 12).boxed().toList(), recache.writtenFrames());
        assertEquals(IntStream.range(21, 30).mapToObj(bank::slotOf).toList(), recache.writtenSlots());
        assertEquals(List.of(new CacheChange.Compress(bank.blockSlots(), RECORD)), recache.before());
        assertEquals(15, recache.attendedSlots());
    }

    @Test
    void afterAFirstChunkOfFourNothingMoreIsRecordedAndTheOtherBlocksAreZeros() {
        chunks(4, 4);
        CachePass pass = bank.pass(13, 3);
        assertEquals(14, pass.attendedSlots());
        assertEquals(List.of(new CacheChange.Clear(List.of(13)), copy(RECORD, 7)), pass.before());
        chunks(4, 20);
        assertEquals(1, bank.recorded());
    }

    @Test
    void afterAResetAStreamBeginsAnew() {
        CachePass first = bank.pass(0, 3);
        CachePass second = bank.pass(3, 3);
        chunks(3, 12);
        bank.reset();
        assertEquals(List.of(), bank.frames());
        assertEquals(0, bank.recorded());
        assertEquals(first, bank.pass(0, 3));
        assertEquals(second, bank.pass(3, 3));
    }

    @Test
    void whatCannotBeIsRefusedAndChangesNothing() {
        chunks(3, 5);
        assertThrows(IllegalArgumentException.class, () -> bank.pass(16, 3), "a gap");
        assertThrows(IllegalArgumentException.class, () -> bank.pass(15, 2), "a part of a chunk");
        assertThrows(IllegalArgumentException.class, () -> bank.recache(14, 12));
        assertThrows(IllegalArgumentException.class, () -> new MemoryBank(12, 3, 0, false));
        assertEquals(2, bank.recorded());
        assertEquals(List.of(0, 1, 2, 6, 7, 8, 9, 10, 11, 12, 13, 14), bank.frames());
    }

    private static CacheChange copy(int from, int to) {
        return new CacheChange.Copy(List.of(from), List.of(to));
    }

    /** A first chunk and as many of three frames that it makes {@code count} in all; begun anew. */
    private void chunks(int first, int count) {
        bank.reset();
        bank.pass(0, first);
        for (int i = 1; i < count; i++) {
            bank.pass(first + 3 * (i - 1), 3);
        }
    }
}
