package dev.caravan.kafka;

import static dev.caravan.kafka.KafkaTestHub.header;
import static dev.caravan.kafka.KafkaTestHub.text;
import static dev.caravan.kafka.KafkaTestHub.unique;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.kafka.KafkaTestHub.Await;
import dev.caravan.processors.session.FrameRejected;
import dev.caravan.processors.session.SessionRefusedException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class KafkaFramesTest {

    private static final String IN = "caravan.frames.in";
    private static final String DEAD = "caravan.frames.in.dlq";

    private static final Queue<Frame> TAKEN = new ConcurrentLinkedQueue<>();
    private static KafkaTestHub hub;

    @BeforeAll
    static void start() throws Exception {
        hub = KafkaTestHub.start("kafka-failures", "kafka-frames-in", "kafka-frames-out");
        hub.inference.sessions(KafkaFramesTest::session);
        // "latest" begins where the consumer's first look finds the end of each partition.
        for (int partition = 0; partition < 2; partition++) {
            String warmUp = "warm-up-" + partition;
            int number = partition;
            Await.until("flow", () -> {
                KafkaTestHub.sendToPartition(hub.kafka.bootstrapServers(), IN, number, warmUp, "picture");
                return !of(warmUp).isEmpty();
            });
        }
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private static void session(Object body) throws SessionRefusedException {
        Frame frame = (Frame) body;
        if (frame.sessionId().startsWith("early")) {
            throw new SessionRefusedException(SessionRefusedException.Cause.NOT_LOADED, "load a pipeline first");
        }
        if (frame.sessionId().startsWith("closed")) {
            throw new SessionRefusedException(SessionRefusedException.Cause.CLOSED, "closed by hand");
        }
        TAKEN.add(frame);
    }

    @Test
    void aFrameReachesItsSessionAndASecondCopyDoesNot() throws Exception {
        String session = unique("s");
        long before = hub.count("frames_in_repeated");
        hub.send(IN, session, "picture 1", "caravan-seq", "1");
        hub.send(IN, session, "picture 1", "caravan-seq", "1");
        hub.send(IN, session, "picture 2", "caravan-seq", "2");
        Await.until("both", () -> of(session).size() >= 2);
        assertEquals(List.of("picture 1", "picture 2"), of(session));
        assertEquals(before + 1, hub.count("frames_in_repeated"));
    }

    @Test
    void anOldFrameIsDroppedAndCounted() throws Exception {
        String session = unique("s");
        long before = hub.count("frames_in_too_old");
        String old = Long.toString(Instant.now().minusSeconds(10).toEpochMilli());
        hub.send(IN, session, "picture old", "caravan-timestamp-ms", old);
        hub.send(IN, session, "picture new");
        Await.until("the new one", () -> !of(session).isEmpty());
        assertEquals(List.of("picture new"), of(session));
        assertEquals(before + 1, hub.count("frames_in_too_old"));
    }

    @Test
    void aBadPictureIsDeadLetteredAsItCameWithItsReasonAndTheNextOnePasses() throws Exception {
        String session = unique("s");
        hub.send(IN, session, "noise", "content-type", "image/jpeg", "caravan-error", "forged", "mine", "kept");
        hub.send(IN, session, "picture");
        var letter = hub.read(DEAD, session, 1).getFirst();
        assertEquals("noise", text(letter));
        assertEquals("the bytes are not a JPEG picture", header(letter, "caravan-error"));
        assertEquals(IN, header(letter, "caravan-source-topic"));
        assertTrue(header(letter, "caravan-source-partition").matches("[01]"));
        assertTrue(Long.parseLong(header(letter, "caravan-source-offset")) >= 0);
        assertEquals("image/jpeg", header(letter, "content-type"));
        assertEquals("kept", header(letter, "mine"));
        Await.until("the good one", () -> !of(session).isEmpty());
    }

    @Test
    void aRecordWithoutAUsableKeyIsDeadLettered() throws Exception {
        String bad = unique("../etc");
        hub.send(IN, bad, "picture");
        var letter = hub.read(DEAD, bad, 1).getFirst();
        assertTrue(header(letter, "caravan-error").startsWith("the key must be a session id"));
        hub.send(IN, null, "picture without key");
        assertEquals("picture without key", text(hub.read(DEAD, null, 1).getLast()));
    }

    @Test
    void aFrameThatFindsNoPipelineIsDeadLetteredAndOneOfAClosedSessionIsDropped() throws Exception {
        String early = unique("early");
        String closed = unique("closed");
        hub.send(IN, closed, "picture");
        hub.send(IN, early, "picture");
        assertEquals("no pipeline loaded", header(hub.read(DEAD, early, 1).getFirst(), "caravan-error"));
        Await.until("the drop", () -> hub.count("frames_in_session_closed") == 1);
    }

    @Test
    void aPictureThatTurnsOutBadInItsChunkIsDeadLetteredToo() throws Exception {
        String session = unique("s");
        hub.send(IN, session, "picture that is truncated");
        Await.until("the frame", () -> !of(session).isEmpty());
        Frame frame = TAKEN.stream().filter(f -> f.sessionId().equals(session)).findFirst().orElseThrow();
        hub.inference.emit(new FrameRejected(frame, "the picture ends early"));
        var letter = hub.read(DEAD, session, 1).getFirst();
        assertEquals("picture that is truncated", text(letter));
        assertEquals("the picture ends early", header(letter, "caravan-error"));
        assertEquals(Long.toString((Long) frame.origin().details().get("offset")), header(letter, "caravan-source-offset"));
    }

    @Test
    void generatedFramesLeaveWithTheirKeyAndHeadersInOrder() throws Exception {
        String session = unique("s");
        for (int i = 0; i < 20; i++) {
            hub.inference.emit(generated(session, i));
        }
        var records = hub.read("caravan.frames.out", session, 20);
        for (int i = 0; i < 20; i++) {
            assertEquals(Integer.toString(i), header(records.get(i), "caravan-seq"));
        }
        assertEquals("quality 77", text(records.getFirst()));
        assertEquals("5", header(records.getFirst(), "caravan-chunk"));
        assertNull(header(records.getFirst(), "CaravanFrameQuality"), "what steers the hub stays in the hub");
    }

    private static List<String> of(String session) {
        return TAKEN.stream()
                .filter(f -> f.sessionId().equals(session))
                .map(f -> new String(((Picture.Encoded) f.picture()).data(), StandardCharsets.UTF_8))
                .toList();
    }

    static Frame generated(String session, long sequence) {
        return new Frame(session, sequence, 0, 5, Origin.of("pipeline:test"), new Picture.Rgb24(1, 1, new byte[3]));
    }
}
