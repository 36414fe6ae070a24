package dev.caravan.kafka;

import static dev.caravan.kafka.KafkaTestHub.header;
import static dev.caravan.kafka.KafkaTestHub.text;
import static dev.caravan.kafka.KafkaTestHub.unique;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.kafka.KafkaTestHub.Await;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.SessionRefusedException;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

class KafkaControlsTest {

    private static final String TOPIC = "caravan.controls";
    private static final String DEAD = "caravan.controls.dlq";

    /** Sessions that are not open; all others are. */
    private final Set<String> absent = ConcurrentHashMap.newKeySet();
    private final Queue<Control> applied = new ConcurrentLinkedQueue<>();

    @Test
    void aControlWaitsForItsSessionInOrderWhileOthersPass() throws Exception {
        String late = unique("late");
        absent.add(late);
        String here = unique("here");
        try (KafkaTestHub hub = start(UUID.randomUUID().toString())) {
            hub.send(TOPIC, late, "{\"n\":1}");
            hub.send(TOPIC, late, "{\"n\":2}");
            hub.send(TOPIC, here, "{\"n\":3}");
            Await.until("the open one", () -> numbers(here).equals(List.of(3)));
            assertEquals(List.of(), numbers(late));
            absent.remove(late);
            Await.until("the late ones", () -> numbers(late).equals(List.of(1, 2)));
            Control control = applied.stream().filter(c -> c.sessionId().equals(here)).findFirst().orElseThrow();
            assertEquals(Control.Door.KAFKA, control.door());
            assertEquals("kafka:" + TOPIC, control.origin().source());
        }
    }

    @Test
    void aControlWhoseSessionNeverOpensIsDeadLettered() throws Exception {
        String never = unique("never");
        absent.add(never);
        try (KafkaTestHub hub = start(UUID.randomUUID().toString())) {
            hub.send(TOPIC, never, "{\"n\":1}", "mine", "kept");
            var letter = hub.read(DEAD, never, 1).getFirst();
            assertEquals("{\"n\":1}", text(letter));
            assertEquals("no session " + never + " was opened within 2 s", header(letter, "caravan-error"));
            assertEquals(TOPIC, header(letter, "caravan-source-topic"));
            assertEquals("kept", header(letter, "mine"));
        }
    }

    @Test
    void whatIsNotASmallJsonObjectIsDeadLettered() throws Exception {
        String session = unique("s");
        try (KafkaTestHub hub = start(UUID.randomUUID().toString())) {
            hub.send(TOPIC, session, "{broken");
            hub.send(TOPIC, session, "[1,2]");
            hub.send(TOPIC, session, "\"" + "x".repeat(70_000) + "\"");
            hub.send(TOPIC, session, null);
            var letters = hub.read(DEAD, session, 4);
            assertTrue(header(letters.get(0), "caravan-error").startsWith("the control is not JSON"));
            assertTrue(header(letters.get(1), "caravan-error").startsWith("the control is not a JSON object"));
            assertEquals("a control takes at most 65536 bytes; 70002 given", header(letters.get(2), "caravan-error"));
            assertTrue(header(letters.get(3), "caravan-error").startsWith("the control is empty"));
            hub.send(TOPIC, session, "{\"n\":1}");
            Await.until("the good one", () -> numbers(session).equals(List.of(1)));
        }
    }

    @Test
    void theLargestRecordTheBrokerTakesIsDeadLetteredWhole() throws Exception {
        String session = unique("s");
        try (KafkaTestHub hub = start(UUID.randomUUID().toString())) {
            int size = (8 << 20) - 200;
            hub.send(TOPIC, session, "x".repeat(size));
            assertEquals(size, hub.read(DEAD, session, 1).getFirst().value().length);
        }
    }

    @Test
    void afterARestartWhatWasAppliedIsNotRepeatedAndWhatWaitedIsNotLost() throws Exception {
        String group = UUID.randomUUID().toString();
        String late = unique("late");
        absent.add(late);
        String here = unique("here");
        try (KafkaTestHub hub = start(group)) {
            // On one partition: the one that waits comes between two that are applied.
            KafkaTestHub.sendToPartition(KafkaTestHub.sharedBroker(), TOPIC, 0, here, "{\"n\":1}");
            KafkaTestHub.sendToPartition(KafkaTestHub.sharedBroker(), TOPIC, 0, late, "{\"n\":2}");
            KafkaTestHub.sendToPartition(KafkaTestHub.sharedBroker(), TOPIC, 0, here, "{\"n\":3}");
            Await.until("the open ones", () -> numbers(here).equals(List.of(1, 3)));
        }
        long waiting = KafkaTestHub.committed(group, TOPIC, 0);
        assertEquals("{\"n\":2}", KafkaTestHub.textAt(TOPIC, 0, waiting), "the committed offset is that of the one that waits");
        applied.clear();
        absent.remove(late);
        try (KafkaTestHub hub = start(group)) {
            Await.until("the late one", () -> numbers(late).equals(List.of(2)));
            Await.until("the one after it", () -> numbers(here).equals(List.of(3)));
            Await.until("the commit", () -> KafkaTestHub.committed(group, TOPIC, 0) == waiting + 2);
        }
    }

    @Test
    void finishedControlsAreCommittedWithoutWaitingForTheNextOne() throws Exception {
        String group = UUID.randomUUID().toString();
        String session = unique("s");
        try (KafkaTestHub hub = start(group)) {
            KafkaTestHub.sendToPartition(KafkaTestHub.sharedBroker(), TOPIC, 1, session, "{\"n\":1}");
            Await.until("applied", () -> numbers(session).equals(List.of(1)));
            Await.until("committed", () -> KafkaTestHub.committed(group, TOPIC, 1) == KafkaTestHub.end(TOPIC, 1));
        }
    }

    private KafkaTestHub start(String group) throws Exception {
        KafkaTestHub hub = KafkaTestHub.start(KafkaTestHub.options(group), "kafka-failures", "kafka-controls");
        hub.inference.sessions(body -> {
            Control control = (Control) body;
            if (absent.contains(control.sessionId())) {
                throw new SessionRefusedException(SessionRefusedException.Cause.UNKNOWN_SESSION, "no such session");
            }
            applied.add(control);
        });
        return hub;
    }

    private List<Object> numbers(String session) {
        return applied.stream()
                .filter(c -> c.sessionId().equals(session))
                .map(c -> c.update().get("n"))
                .toList();
    }
}
