package dev.caravan.processors.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Frame;
import dev.caravan.processors.session.Drops.Cause;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FrameInputTest {

    private final Drops drops = new Drops();
    private final FrameInput input =
            new FrameInput(new SourceBoard(Duration.ofSeconds(1).toNanos(), Duration.ofSeconds(5).toNanos()), drops);

    @Test
    void evenSamplingRoundsHalfToEven() {
        assertEquals(List.of(0, 2, 4, 6), IntStream.range(0, 4).mapToObj(i -> Sampling.index(i, 8, 4)).toList());
        assertEquals(List.of(0, 2, 5, 8), IntStream.range(0, 4).mapToObj(i -> Sampling.index(i, 10, 4)).toList());
        assertEquals(List.of(0, 2, 5, 8, 10, 12, 15, 18, 20, 22, 25, 28),
                IntStream.range(0, 12).mapToObj(i -> Sampling.index(i, 30, 12)).toList());
    }

    @Test
    void everySampleIsOfDifferentFramesInOrderWithinTheBacklog() {
        for (int wanted = 1; wanted <= 12; wanted++) {
            for (int waiting = wanted; waiting <= 40; waiting++) {
                int before = -1;
                for (int i = 0; i < wanted; i++) {
                    int index = Sampling.index(i, waiting, wanted);
                    assertTrue(index > before && index < waiting, i + " of " + wanted + " out of " + waiting);
                    before = index;
                }
            }
        }
    }

    @Test
    void aChunkTakesAnEvenSampleAndTheRestIsCounted() {
        input.take(4, 0);
        offer(0, 10);
        assertEquals(List.of(0L, 2L, 5L, 8L), sequences(input.take(4, 0)));
        assertEquals(5, drops.of(Cause.SAMPLED_OUT));
        offer(10, 13);
        assertEquals(List.of(9L, 10L, 11L, 12L), sequences(input.take(4, 0)));
    }

    @Test
    void aChunkWaitsUntilThereAreEnoughFramesAndTheOwnerIsWokenThen() {
        assertEquals(List.of(), input.take(3, 0));
        assertFalse(input.offer(Pictures.frame("s", "a", 0), 0));
        assertFalse(input.offer(Pictures.frame("s", "a", 1), 0));
        assertEquals(List.of(), input.take(3, 0));
        assertTrue(input.offer(Pictures.frame("s", "a", 2), 0));
        assertEquals(List.of(0L, 1L, 2L), sequences(input.take(3, 0)));
    }

    @Test
    void aFullInputLosesItsOldestFrames() {
        offer(0, 35);
        assertEquals(5, drops.of(Cause.OVERFLOW));
        assertEquals(List.of(5L), sequences(input.take(1, 0)));
    }

    @Test
    void theInputGrowsWithTheChunk() {
        input.take(20, 0);
        offer(0, 41);
        assertEquals(1, drops.of(Cause.OVERFLOW));
    }

    @Test
    void aChunkOfOneTakesABurstInOrderButNeverFallsBehind() {
        offer(0, 3);
        assertEquals(List.of(0L), sequences(input.take(1, 0)));
        assertEquals(List.of(1L), sequences(input.take(1, FrameInput.FRESH_NANOS)));
        offer(3, 6);
        assertEquals(List.of(5L), sequences(input.take(1, FrameInput.FRESH_NANOS + 1)), "the newest, however late");
        assertEquals(3, drops.of(Cause.OVERFLOW));
    }

    @Test
    void framesOfTwoSourcesAreNeverMixed() {
        input.take(2, 0);
        input.offer(Pictures.frame("s", "a", 0), 0);
        input.offer(Pictures.frame("s", "b", 100), 0);
        input.offer(Pictures.frame("s", "a", 1), 0);
        input.offer(Pictures.frame("s", "b", 101), 0);
        assertEquals(List.of(100L, 101L), sequences(input.take(2, 0)));
        assertEquals(2, drops.of(Cause.INACTIVE_SOURCE));
    }

    @Test
    void framesPutBackComeFirst() {
        offer(0, 4);
        input.take(2, 0);
        input.putBack(List.of(Pictures.frame("s", "a", 0), Pictures.frame("s", "a", 1)), 0);
        assertEquals(0L, input.take(2, 0).getFirst().sequence());
    }

    @Test
    void whatDoesNotWantFramesDropsThoseThatWaitToo() {
        offer(0, 3);
        input.admit(FrameInput.Admission.TEXT_MODE);
        offer(3, 5);
        assertEquals(5, drops.of(Cause.TEXT_MODE));
        assertEquals(List.of(), input.take(1, 0));
        offer(5, 6);
        assertEquals(List.of(5L), sequences(input.take(1, 0)), "taking is wanting again");
    }

    @Test
    void inventingSourceNamesGetsNobodyMemory() {
        for (int i = 0; i < SourceBoard.MAX_SOURCES + 10; i++) {
            input.offer(Pictures.frame("s", "source" + i, 0), 0);
        }
        assertEquals(10, drops.of(Cause.TOO_MANY_SOURCES));
        input.offer(Pictures.frame("s", "later", 0), Duration.ofSeconds(6).toNanos());
        assertEquals(10, drops.of(Cause.TOO_MANY_SOURCES), "silent ones make room");
    }

    private void offer(int from, int to) {
        for (int i = from; i < to; i++) {
            input.offer(Pictures.frame("s", "a", i), 0);
        }
    }

    private static List<Long> sequences(List<Frame> frames) {
        return frames.stream().map(Frame::sequence).toList();
    }
}
