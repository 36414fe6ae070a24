package dev.caravan.processors.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.processors.kafka.OffsetTracker.Ticket;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OffsetTrackerTest {

    private final OffsetTracker tracker = new OffsetTracker();

    @Test
    void theCommittedOffsetIsThatOfTheLowestUnfinishedRecord() {
        Ticket first = begin(10);
        Ticket second = begin(11);
        Ticket third = begin(12);
        assertEquals(Map.of(), tracker.committable());
        tracker.finish(second);
        assertEquals(Map.of(), tracker.committable(), "10 is not finished");
        tracker.finish(first);
        assertEquals(Map.of(0, 12L), tracker.committable());
        assertEquals(Map.of(), tracker.committable(), "told once");
        tracker.finish(third);
        assertEquals(Map.of(0, 13L), tracker.committable());
    }

    @Test
    void aFailedCommitIsToldAgain() {
        tracker.finish(begin(10));
        tracker.committable();
        tracker.reportAgain();
        assertEquals(Map.of(0, 11L), tracker.committable());
    }

    @Test
    void aRecordThatComesAgainIsSeenTwiceOnlyWhenItWasNotFinished() {
        Ticket unfinished = begin(10);
        tracker.finish(begin(11));
        tracker.forget(0);
        assertFalse(tracker.isOurs(unfinished));
        assertTrue(tracker.begin(0, 10, 10).isPresent(), "nobody finished it");
        assertTrue(tracker.begin(0, 11, 11).isEmpty(), "finished before the partition was taken away");
    }

    @Test
    void aFinishedRecordThatComesAgainStillMovesTheOffset() {
        tracker.finish(begin(10));
        tracker.forget(0);
        assertTrue(tracker.begin(0, 10, 10).isEmpty());
        assertEquals(Map.of(0, 11L), tracker.committable());
    }

    @Test
    void aTicketOfBeforeDoesNotFinishTheSameRecordInLaterHands() {
        Ticket before = begin(10);
        tracker.forget(0);
        Ticket after = tracker.begin(0, 10, 10).orElseThrow();
        tracker.finish(before);
        assertEquals(Map.of(), tracker.committable());
        tracker.finish(after);
        assertEquals(Map.of(0, 11L), tracker.committable());
    }

    @Test
    void aTopicMadeAnewBeginsAtZeroWithRecordsNobodyHasSeen() {
        for (int offset = 0; offset < 5; offset++) {
            tracker.finish(begin(offset));
        }
        Ticket anew = tracker.begin(0, 0, 1_000).orElseThrow();
        tracker.finish(anew);
        assertEquals(Map.of(0, 1L), tracker.committable());
    }

    private Ticket begin(long offset) {
        return tracker.begin(0, offset, offset).orElseThrow();
    }
}
