package dev.caravan.processors.webrtc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class ControlInboxTest {

    private Instant now = Instant.EPOCH;
    private final Queue<Runnable> later = new ArrayDeque<>();
    private final List<String> got = new ArrayList<>();
    private final ControlInbox inbox = new ControlInbox(() -> now, Runnable::run, (task, wait) -> later.add(task), got::add);

    @Test
    void messagesComeInOrder() {
        inbox.offer("a");
        inbox.offer("b");
        assertEquals(List.of("a", "b"), got);
    }

    @Test
    void aFloodIsSlowedDownAndItsLastMessageArrives() {
        int sent = 3 * ControlInbox.PER_SECOND;
        for (int i = 1; i <= sent; i++) {
            inbox.offer("m" + i);
        }
        assertEquals(ControlInbox.PER_SECOND, got.size(), "the allowance of a second at once");
        assertEquals(ControlInbox.PER_SECOND, inbox.dropped(), "a second's worth waits, the rest is lost");

        for (int i = 0; i < 60 && !later.isEmpty(); i++) {
            now = now.plusMillis(20);
            later.remove().run();
        }
        assertEquals("m" + sent, got.getLast());
        assertEquals(2 * ControlInbox.PER_SECOND, got.size());
        assertTrue(later.isEmpty(), "nothing is scheduled when nothing waits");
    }

    @Test
    void longMessagesWaitInBoundedMemory() {
        for (int i = 0; i < ControlInbox.PER_SECOND; i++) {
            inbox.offer("x");
        }
        String big = "b".repeat(ControlInbox.MAX_CHARS / 4);
        for (int i = 0; i < 10; i++) {
            inbox.offer(big + i);
        }
        assertTrue(inbox.dropped() >= 6, "dropped " + inbox.dropped());
    }
}
