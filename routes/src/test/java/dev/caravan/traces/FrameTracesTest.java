package dev.caravan.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.ParameterTable;
import dev.caravan.inference.pipeline.StageTime;
import dev.caravan.processors.TraceContext;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.Drops;
import dev.caravan.processors.session.Entrance;
import dev.caravan.processors.session.Exit;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionObserver;
import dev.caravan.processors.session.SessionTracer;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.testing.time.TestClock;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FrameTracesTest {

    private static final int FRAMES = 20_000;
    private static final TraceContext CALLER = new TraceContext("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", true);
    private static final TraceContext UNSAMPLED = new TraceContext(CALLER.traceId(), CALLER.spanId(), false);
    private static final SessionObserver.Opened OPENED =
            new SessionObserver.Opened("s", Control.Door.REST, List.of("gray", "longlive"), 1);

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final TestClock clock = TestClock.create();
    private final Spans spans = new Spans(
            SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(exporter)).setClock(clock).build().get("test"),
            clock);

    @Test
    void framesOfACallerAreFollowedInItsTraceFromIngestToEgress() {
        SessionTracer traces = traces(0);
        SessionTracer.OfOne session = traces.opened(OPENED);
        Frame in = session.arrived(Entrance.REST, frame(7, CALLER.on(Origin.of("rest"))));
        SessionTracer.OfChunk chunk = session.chunk(3, List.of(in), -1);
        clock.advance(Duration.ofMillis(100));
        chunk.over(1, true);
        traces.leaving(Exit.WEBRTC, generated(chunk)).sent();

        SpanData ingest = the("frame ingest");
        SpanData made = the("chunk");
        SpanData egress = the("frame egress");
        exporter.getFinishedSpanItems().forEach(span -> assertEquals(CALLER.traceId(), span.getTraceId()));
        assertEquals(CALLER.spanId(), ingest.getParentSpanId());
        assertEquals(ingest.getSpanId(), made.getParentSpanId());
        assertEquals(made.getSpanId(), egress.getParentSpanId());
        assertEquals(
                Map.of("caravan.session", "s", "caravan.entrance", "rest", "caravan.frame.sequence", 7L), attributes(ingest));
        assertEquals(
                Map.of("caravan.session", "s", "caravan.chunk", 3L, "caravan.pipeline", "longlive",
                        "caravan.frames.in", 1L, "caravan.frames.out", 1L),
                attributes(made));
        assertEquals(
                Map.of("caravan.session", "s", "caravan.exit", "webrtc", "caravan.frame.sequence", 9L, "caravan.chunk", 3L),
                attributes(egress));
        assertEquals(TimeUnit.MILLISECONDS.toNanos(100), made.getEndEpochNanos() - made.getStartEpochNanos());
    }

    @Test
    void recordsOfKafkaAreDescribedAsTheConventionsWant() {
        SessionTracer traces = traces(1);
        SessionTracer.OfOne session = traces.opened(OPENED);
        session.arrived(Entrance.KAFKA, frame(0, new Origin(
                "kafka:caravan.frames.in", Map.of("topic", "caravan.frames.in", "partition", 2, "offset", 41L))));
        SpanData ingest = the("frame ingest");
        assertEquals(SpanKind.CONSUMER, ingest.getKind());
        assertEquals("kafka", attributes(ingest).get("messaging.system"));
        assertEquals("process", attributes(ingest).get("messaging.operation.type"));
        assertEquals("caravan.frames.in", attributes(ingest).get("messaging.destination.name"));
        assertEquals("2", attributes(ingest).get("messaging.destination.partition.id"));
        assertEquals(41L, attributes(ingest).get("messaging.kafka.offset"));

        SessionTracer.Departure departure = traces.leaving(Exit.KAFKA, generated(session.chunk(0, List.of(), -1)));
        departure.lost("no room on the way to Kafka");
        SpanData egress = the("frame egress");
        assertEquals(SpanKind.PRODUCER, egress.getKind());
        assertEquals("caravan.frames.out", attributes(egress).get("messaging.destination.name"));
        assertEquals("send", attributes(egress).get("messaging.operation.type"));
        assertEquals(StatusCode.ERROR, egress.getStatus().getStatusCode());
        assertEquals("no room on the way to Kafka", egress.getStatus().getDescription());
        assertEquals(egress.getSpanId(), departure.context().orElseThrow().spanId(), "what the record carries");
    }

    @Test
    void theTimeOfArrivalIsTheBeginningUnlessItIsTooOldToBeOne() {
        SessionTracer.OfOne session = traces(1).opened(OPENED);
        long now = TimeUnit.NANOSECONDS.toMicros(clock.now());
        session.arrived(Entrance.ROUTE, arrived(now - 2_000));
        session.arrived(Entrance.ROUTE, arrived(now - TimeUnit.DAYS.toMicros(1)));
        session.arrived(Entrance.ROUTE, arrived(now + 1_000_000));
        List<Long> micros = exporter.getFinishedSpanItems().stream()
                .map(span -> TimeUnit.NANOSECONDS.toMicros(span.getEndEpochNanos() - span.getStartEpochNanos()))
                .toList();
        assertEquals(List.of(0L, 0L), micros.subList(1, 3));
        assertTrue(micros.getFirst() >= 2_000 && micros.getFirst() < 2_002, micros.toString());
    }

    @Test
    void ofSeveralFramesTheFirstIsTheParentOfTheChunkAndTheOthersAreLinked() {
        SessionTracer.OfOne session = traces(0).opened(OPENED);
        Frame first = session.arrived(Entrance.REST, frame(1, CALLER.on(Origin.of("rest"))));
        Frame second = session.arrived(Entrance.REST, frame(2, new TraceContext("9".repeat(32), "8".repeat(16), true).on(Origin.of("rest"))));
        session.chunk(0, List.of(frame(0, Origin.of("rest")), first, second), -1).over(12, true);
        SpanData chunk = the("chunk");
        assertEquals(TraceContext.of(first.origin()).orElseThrow().spanId(), chunk.getParentSpanId());
        assertEquals(
                List.of(TraceContext.of(second.origin()).orElseThrow().spanId()),
                chunk.getLinks().stream().map(link -> link.getSpanContext().getSpanId()).toList());
        assertEquals(3L, attributes(chunk).get("caravan.frames.in"));
        assertEquals(12L, attributes(chunk).get("caravan.frames.out"));
    }

    @Test
    void stagesLieInTheirChunkOneAfterTheOther() {
        SessionTracer.OfChunk chunk = traces(1).opened(OPENED).chunk(0, List.of(), -1);
        clock.advance(Duration.ofMillis(10));
        chunk.ran(0, 10_000_000, new Chunk(1, 0));
        clock.advance(Duration.ofMillis(900));
        chunk.ran(1, 900_000_000, new Chunk(
                12, 16, List.of(), List.of(new StageTime("denoise", 600_000_000), new StageTime("decode", 250_000_000))));
        chunk.over(12, false);
        SpanData whole = the("chunk");
        SpanData node = the("node");
        SpanData denoise = the("stage denoise");
        SpanData decode = the("stage decode");
        for (SpanData part : List.of(node, denoise, decode)) {
            assertEquals(whole.getSpanId(), part.getParentSpanId());
            assertTrue(part.getStartEpochNanos() >= whole.getStartEpochNanos() && part.getEndEpochNanos() <= whole.getEndEpochNanos());
        }
        assertEquals("gray", attributes(node).get("caravan.pipeline"));
        assertEquals(Map.of("caravan.pipeline", "longlive", "caravan.stage", "denoise"), attributes(denoise));
        assertEquals(node.getEndEpochNanos(), denoise.getStartEpochNanos());
        assertEquals(denoise.getEndEpochNanos(), decode.getStartEpochNanos());
        assertEquals(250_000_000, decode.getEndEpochNanos() - decode.getStartEpochNanos());
        assertEquals(StatusCode.ERROR, whole.getStatus().getStatusCode());
    }

    @Test
    void aControlIsLinkedFromTheChunkThatAppliesItAndFromNoOther() {
        SessionTracer.OfOne session = traces(0).opened(OPENED);
        session.control(control(CALLER), new Session.Receipt(4, Map.of("paused", true), List.of()), false);
        session.control(control(CALLER), new Session.Receipt(5, Map.of("noise_scale", 1), List.of()), true);
        session.control(control(UNSAMPLED), new Session.Receipt(6, Map.of("noise_scale", 1), List.of()), true);
        assertSame(SessionTracer.OfChunk.NONE, session.chunk(0, List.of(), 4));
        session.chunk(1, List.of(), 6).over(1, true);
        assertSame(SessionTracer.OfChunk.NONE, session.chunk(2, List.of(), 6));
        List<SpanData> controls = all("control");
        assertEquals(2, controls.size());
        assertEquals(CALLER.spanId(), controls.getLast().getParentSpanId());
        assertEquals(
                Map.of("caravan.session", "s", "caravan.door", "rest", "caravan.control.offset", 5L), attributes(controls.getLast()));
        assertEquals(
                List.of(controls.getLast().getSpanId()),
                the("chunk").getLinks().stream().map(link -> link.getSpanContext().getSpanId()).toList());
    }

    @Test
    void aControlThatIsRefusedSaysSoWithoutItsKeys() {
        traces(0).opened(OPENED).control(control(CALLER), new Session.Receipt(-1, Map.of(),
                List.of(new ParameterTable.Error(List.of("secret_key"), "type", "no", "secret"))), false);
        SpanData control = the("control");
        assertEquals(StatusCode.ERROR, control.getStatus().getStatusCode());
        assertEquals(1L, attributes(control).get("caravan.control.refused"));
        assertTrue(!control.toString().contains("secret"), control.toString());
    }

    @Test
    void ofControlsThatWaitForASessionThatRestsTheNewestAreKept() {
        SessionTracer.OfOne session = traces(0).opened(OPENED);
        for (int i = 0; i < 500; i++) {
            session.control(control(CALLER), new Session.Receipt(i, Map.of("noise_scale", 1), List.of()), true);
        }
        session.chunk(0, List.of(), 499).over(1, true);
        List<String> linked = the("chunk").getLinks().stream().map(link -> link.getSpanContext().getSpanId()).toList();
        assertEquals(all("control").subList(500 - linked.size(), 500).stream().map(SpanData::getSpanId).toList(), linked);
        assertEquals(32, linked.size());
    }

    @Test
    void aFrameThatIsDroppedIsToldWithItsCause() {
        SessionTracer.OfOne session = traces(0).opened(OPENED);
        Frame followed = session.arrived(Entrance.REST, frame(1, CALLER.on(Origin.of("rest"))));
        session.dropped(Drops.Cause.SAMPLED_OUT, followed);
        session.dropped(Drops.Cause.SAMPLED_OUT, frame(2, Origin.of("rest")));
        SpanData drop = the("frame drop");
        assertEquals(the("frame ingest").getSpanId(), drop.getParentSpanId());
        assertEquals("sampled_out", attributes(drop).get("caravan.drop.cause"));
    }

    @Test
    void aShareOfOneFollowsEachFrameAndChunkOnceAndAnotherShareItsPart() {
        SessionTracer.OfOne each = traces(1).opened(OPENED);
        for (int i = 0; i < 10; i++) {
            each.chunk(i, List.of(each.arrived(Entrance.WEBRTC, frame(i, Origin.of("webrtc:p")))), -1).over(1, true);
        }
        assertEquals(10, all("frame ingest").size());
        assertEquals(10, all("chunk").size());
        assertEquals(10, exporter.getFinishedSpanItems().stream().map(SpanData::getTraceId).distinct().count());
        exporter.reset();
        SessionTracer.OfOne quarter = traces(0.25).opened(OPENED);
        for (int i = 0; i < 1000; i++) {
            quarter.arrived(Entrance.WEBRTC, frame(i, Origin.of("webrtc:p")));
        }
        int followed = exporter.getFinishedSpanItems().size();
        assertTrue(followed > 200 && followed < 300, followed + " of 1000");
    }

    @Test
    void whoeverDoesNotWantToBeFollowedIsNotEvenWithAShareOfOne() {
        SessionTracer traces = traces(1);
        SessionTracer.OfOne session = traces.opened(OPENED);
        Frame frame = frame(0, UNSAMPLED.on(Origin.of("rest")));
        assertSame(frame, session.arrived(Entrance.REST, frame));
        assertSame(SessionTracer.OfChunk.NONE, session.chunk(0, List.of(frame), -1));
        assertSame(SessionTracer.Departure.NONE, traces.leaving(Exit.KAFKA, frame));
        session.dropped(Drops.Cause.OVERFLOW, frame);
        session.control(control(UNSAMPLED), new Session.Receipt(0, Map.of("noise_scale", 1), List.of()), true);
        assertEquals(List.of(), exporter.getFinishedSpanItems());
        assertNull(TraceContext.of(session.chunk(1, List.of(frame), 0).origin(Origin.of("pipeline:p"))).orElse(null));
    }

    @Test
    void whatIsNotFollowedAllocatesNothingWhetherTracesAreOnOrOff() {
        allocatesNothing(traces(0));
        allocatesNothing(SessionObserver.NONE.tracer());
    }

    private void allocatesNothing(SessionTracer traces) {
        SessionTracer.OfOne session = traces.opened(OPENED);
        Frame frame = frame(0, Origin.of("webrtc:p"));
        List<Frame> in = List.of(frame);
        pass(traces, session, frame, in);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        pass(traces, session, frame, in);
        long perFrame = (threads.getCurrentThreadAllocatedBytes() - before) / FRAMES;
        assertTrue(perFrame < 16, perFrame + " bytes per frame: less than the smallest object");
        assertEquals(List.of(), exporter.getFinishedSpanItems());
    }

    private static void pass(SessionTracer traces, SessionTracer.OfOne session, Frame frame, List<Frame> in) {
        for (int i = 0; i < FRAMES; i++) {
            Frame arrived = session.arrived(Entrance.WEBRTC, frame);
            session.dropped(Drops.Cause.OVERFLOW, arrived);
            SessionTracer.OfChunk chunk = session.chunk(i, in, -1);
            chunk.origin(frame.origin());
            chunk.over(1, true);
            traces.leaving(Exit.WEBRTC, arrived).sent();
        }
    }

    private SessionTracer traces(double share) {
        return new FrameTraces(spans, new Sampling(share, new Random(7)::nextDouble));
    }

    private static Control control(TraceContext caller) {
        return new Control("s", Control.Door.REST, caller.on(Origin.of("rest")), Map.of());
    }

    private Frame frame(long sequence, Origin origin) {
        return Frame.incoming("s", sequence, 0, origin, new Picture.Rgb24(1, 1, new byte[3]));
    }

    private static Frame arrived(long micros) {
        return Frame.incoming("s", 0, 0, Origin.of("route:camera"), new Picture.Rgb24(1, 1, new byte[3]), micros);
    }

    private static Frame generated(SessionTracer.OfChunk chunk) {
        return new Frame("s", 9, 0, 3, chunk.origin(Origin.of("pipeline:longlive")), new Picture.Rgb24(1, 1, new byte[3]));
    }

    private SpanData the(String name) {
        List<SpanData> found = all(name);
        assertEquals(1, found.size(), name);
        return found.getFirst();
    }

    private List<SpanData> all(String name) {
        return exporter.getFinishedSpanItems().stream().filter(span -> span.getName().equals(name)).toList();
    }

    private static Map<String, Object> attributes(SpanData span) {
        Map<String, Object> all = new java.util.HashMap<>();
        span.getAttributes().forEach((key, value) -> all.put(key.getKey(), value));
        return all;
    }
}
