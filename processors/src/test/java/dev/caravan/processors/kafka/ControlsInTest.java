package dev.caravan.processors.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.SessionRefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.Test;

class ControlsInTest {

    private final Set<String> open = new HashSet<>(Set.of("here"));
    private final List<Object> applied = new ArrayList<>();
    private final List<String> dead = new ArrayList<>();
    private boolean brokerAway;
    private long now;
    private long offset;

    private final ControlsIn controls = new ControlsIn(
            this::deliver, this::bury, Duration.ofSeconds(5), () -> Instant.ofEpochMilli(now), new Counts());

    @Test
    void aControlThatComesTwiceIsAppliedOnce() {
        InRecord record = record("here", "{\"n\":1}");
        controls.accept(record);
        controls.accept(record);
        assertEquals(List.of(1), applied);
    }

    @Test
    void oneThatWaitsHoldsUpItsOwnKeyOnly() {
        controls.accept(record("late", "{\"n\":1}"));
        controls.accept(record("here", "{\"n\":2}"));
        open.add("late");
        controls.accept(record("late", "{\"n\":3}"));
        assertEquals(List.of(2), applied, "3 may not overtake 1");
        controls.retry();
        assertEquals(List.of(2, 1, 3), applied);
        assertEquals(Map.of(0, 3L), controls.committable());
    }

    @Test
    void aControlIsDeadLetteredWhenItsTimeIsOver() {
        controls.accept(record("late", "{\"n\":1}"));
        now += 5_000;
        controls.retry();
        assertEquals(List.of(), dead);
        now += 1;
        controls.retry();
        assertEquals(List.of("no session late was opened within 5 s"), dead);
        assertEquals(Map.of(0, 1L), controls.committable());
    }

    @Test
    void aDeadLetterThatCannotBeWrittenKeepsItsOffsetUntilItCan() {
        brokerAway = true;
        controls.accept(record("here", "nonsense"));
        controls.accept(record("here", "{\"n\":2}"));
        assertEquals(List.of(2), applied);
        assertEquals(Map.of(), controls.committable());
        controls.retry();
        brokerAway = false;
        controls.retry();
        assertEquals(1, dead.size());
        assertEquals(Map.of(0, 2L), controls.committable());
    }

    @Test
    void aDeadLetterThatCanNeverBeWrittenDoesNotHoldTheOffset() {
        controls.accept(record("here", "too large"));
        controls.accept(record("here", "{\"n\":2}"));
        assertEquals(List.of(), dead);
        assertEquals(Map.of(0, 2L), controls.committable());
    }

    @Test
    void oneKeyCannotTakeAllTheRoom() {
        for (int i = 0; i < ControlPen.PER_SESSION + 10; i++) {
            controls.accept(record("greedy", "{}"));
        }
        assertEquals(ControlPen.PER_SESSION, controls.waiting());
        assertEquals(10, dead.size());
        assertEquals("too many controls wait for sessions that are not open", dead.getFirst());
        controls.accept(record("late", "{\"n\":1}"));
        assertEquals(ControlPen.PER_SESSION + 1, controls.waiting());
    }

    @Test
    void whatWaitsIsBoundedInNumberAndBytes() {
        for (int i = 0; i < ControlPen.ALL + 5; i++) {
            controls.accept(record("s" + i, "{}"));
        }
        assertEquals(ControlPen.ALL, controls.waiting());
        controls.forget(List.of(0));
        assertEquals(0, controls.waiting());
        String large = "{\"text\":\"" + "x".repeat(60_000) + "\"}";
        for (int i = 0; i < 100; i++) {
            controls.accept(record("s" + i, large));
        }
        assertTrue(controls.waiting() * 60_000L <= ControlPen.BYTES, controls.waiting() + " wait");
        assertTrue(controls.waiting() > 50, controls.waiting() + " wait");
    }

    @Test
    void aPartitionTakenAwayTakesItsWaitingControlsAlong() {
        InRecord record = record("late", "{\"n\":1}");
        controls.accept(record);
        controls.forget(List.of(0));
        open.add("late");
        controls.retry();
        assertEquals(List.of(), applied);
        controls.accept(record);
        assertEquals(List.of(1), applied, "delivered again by Kafka");
    }

    @Test
    void anUnexpectedFailureTellsNothingOfOurInside() {
        open.add("broken");
        controls.accept(record("broken", "{}"));
        assertEquals(List.of("the control could not be applied"), dead);
    }

    @Test
    void deepOrTrailingOrDoubledJsonIsRefused() {
        controls.accept(record("here", "[".repeat(100) + "]".repeat(100)));
        controls.accept(record("here", "{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}"));
        controls.accept(record("here", "{} {}"));
        controls.accept(record("here", "{\"a\":1,\"a\":2}"));
        controls.accept(record("here", "null"));
        assertEquals(5, dead.size());
        assertTrue(dead.stream().noneMatch(reason -> reason.contains("java.") || reason.contains("\n")), dead::toString);
    }

    private InRecord record(String key, String json) {
        return new InRecord(
                "caravan.controls",
                0,
                offset++,
                offset,
                key.getBytes(StandardCharsets.UTF_8),
                json.getBytes(StandardCharsets.UTF_8),
                List.of());
    }

    private void deliver(Control control) throws Exception {
        if (control.sessionId().equals("broken")) {
            throw new IllegalStateException("/secret/path");
        }
        if (!open.contains(control.sessionId())) {
            throw new SessionRefusedException(SessionRefusedException.Cause.UNKNOWN_SESSION, "no such session");
        }
        applied.add(control.update().get("n"));
    }

    private void bury(InRecord record, String reason) throws Exception {
        if (new String(record.value(), StandardCharsets.UTF_8).equals("too large")) {
            throw new ExecutionException(new RecordTooLargeException("9 MiB"));
        }
        if (brokerAway) {
            throw new IOException("no broker");
        }
        dead.add(reason);
    }
}
