package dev.caravan.kafka;

import static dev.caravan.kafka.KafkaTestHub.header;
import static dev.caravan.kafka.KafkaTestHub.unique;
import static dev.caravan.traces.SpanLog.attributes;
import static dev.caravan.traces.SpanLog.followed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.kafka.KafkaTestHub.Await;
import dev.caravan.traces.SpanLog;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Traces go through the hub into Kafka, from HTTP and from Kafka. */
class KafkaTracesTest {

    private static final String OUT = "caravan.frames.out";
    private static final String PICTURE = "abc";

    private static KafkaTestHub topics;
    private static SpanLog log;

    @BeforeAll
    static void start() throws Exception {
        topics = KafkaTestHub.start();
        log = SpanLog.start(0, "--kafka=" + KafkaTestHub.sharedBroker());
        log.hub().load("passthrough");
    }

    @AfterAll
    static void stop() {
        log.close();
        topics.close();
    }

    @Test
    void aPostedFrameIsFollowedIntoTheRecordThatLeaves() {
        String session = unique("posted");
        assertEquals(201, log.hub()
                .post("/api/v1/sessions", "{\"id\":\"" + session + "\",\"parameters\":{\"outputs\":[\"kafka\"]}}").statusCode());
        assertEquals(202, log.hub().send("POST", "/api/v1/sessions/" + session + "/frames", BodyPublishers.ofString(PICTURE),
                "Content-Type", "video/raw;format=rgb24", "caravan-width", "1", "caravan-height", "1",
                "traceparent", followed(1), "tracestate", "vendor=x").statusCode());
        ConsumerRecord<byte[], byte[]> out = topics.read(OUT, session, 1).getFirst();

        SpanData egress = log.await(1, "frame egress");
        SpanData chunk = log.await(1, "chunk");
        SpanData ingest = log.await(1, "frame ingest");
        assertEquals("00-" + SpanLog.id(1) + "-" + egress.getSpanId() + "-01", header(out, "traceparent"));
        assertNull(header(out, "tracestate"));
        assertEquals(chunk.getSpanId(), egress.getParentSpanId());
        assertEquals(ingest.getSpanId(), chunk.getParentSpanId());
        assertEquals(log.await(1, "POST /api/v1/sessions/{id}/frames").getSpanId(), ingest.getParentSpanId());
        assertEquals("rest", attributes(ingest).get("caravan.entrance"));
        assertEquals(SpanKind.PRODUCER, egress.getKind());
        assertEquals(OUT, attributes(egress).get("messaging.destination.name"));
        assertEquals(session, attributes(egress).get("caravan.session"));
    }

    @Test
    void theTraceOfARecordGoesOnInTheRecordMadeOfIt() {
        String session = unique("recorded");
        // The consumer begins at the end of the topic, some time after the hub's start.
        Await.until("a frame that is followed", () -> {
            send("caravan.frames.in", session, PICTURE, "traceparent", followed(2));
            return log.now().stream().anyMatch(span -> span.getTraceId().equals(SpanLog.id(2)) && span.getName().equals("frame egress"));
        });
        assertTrue(header(topics.read(OUT, session, 1).getFirst(), "traceparent").startsWith("00-" + SpanLog.id(2) + "-"));
        SpanData ingest = log.await(2, "frame ingest");
        assertEquals(SpanLog.CALLER, ingest.getParentSpanId());
        assertEquals(SpanKind.CONSUMER, ingest.getKind());
        assertEquals("caravan.frames.in", attributes(ingest).get("messaging.destination.name"));
        assertEquals("kafka", attributes(ingest).get("caravan.entrance"));

        send("caravan.controls", session, "{\"noise_scale\":0.5}", "traceparent", followed(3));
        SpanData control = log.await(3, "control");
        assertEquals(SpanLog.CALLER, control.getParentSpanId());
        assertEquals("caravan.controls", attributes(control).get("messaging.destination.name"));
        send("caravan.frames.in", session, PICTURE);
        log.await("a chunk that links to the control", span -> span.getName().equals("chunk")
                && span.getLinks().stream().anyMatch(link -> link.getSpanContext().getSpanId().equals(control.getSpanId())));
    }

    @Test
    void recordsThatNobodyFollowsOrWithHeadersThatAreNonePassWithoutSpans() {
        String session = unique("quiet");
        List<String> headers = List.of("00-" + SpanLog.id(4) + "-" + SpanLog.CALLER + "-00", "garbage", "ff".repeat(100_000));
        for (String header : headers) {
            long before = made(session);
            Await.until("a frame with " + header.length() + " characters", () -> {
                send("caravan.frames.in", session, PICTURE, "traceparent", header);
                return made(session) > before;
            });
        }
        for (ConsumerRecord<byte[], byte[]> out : topics.read(OUT, session, headers.size())) {
            assertNull(header(out, "traceparent"));
        }
        assertTrue(log.now().stream().noneMatch(span -> session.equals(attributes(span).get("caravan.session"))));
    }

    private static long made(String session) {
        String path = "/api/v1/sessions/" + session;
        return log.hub().status(path) == 200 ? log.hub().get(path).get("frames_out").asLong() : 0;
    }

    private static void send(String topic, String session, String value, String... more) {
        try {
            String[] headers = Stream.concat(
                            Stream.of(
                                    "content-type", "video/raw;format=rgb24", "caravan-width", "1", "caravan-height", "1"),
                            Stream.of(more))
                    .toArray(String[]::new);
            KafkaTestHub.sendTo(KafkaTestHub.sharedBroker(), topic, session, value, headers);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
