package dev.caravan.processors.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.CaravanHeaders;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.FrameRejected;
import dev.caravan.processors.session.Pictures;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionEvent;
import dev.caravan.processors.session.SessionRefusedException;
import dev.caravan.processors.session.SessionRequest;
import dev.caravan.processors.session.Sessions;
import dev.caravan.processors.session.TestSessions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InferenceComponentTest {

    private final Sessions sessions = TestSessions.passthrough();
    private final CamelContext camel = new DefaultCamelContext();
    private final ProducerTemplate send = camel.createProducerTemplate();
    private final BlockingQueue<Message> events = new LinkedBlockingQueue<>();
    private MockEndpoint frames;

    @BeforeEach
    void start() throws Exception {
        camel.getRegistry().bind("sessions", sessions);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").routeId("in").to("inference:main").id("in-to-session");
                from("direct:open").routeId("open").to("inference:main?open=true&pipeline=passthrough").id("open-session");
                from("inference:main?events=false").routeId("frames").to("mock:frames").id("frames-to-mock");
                from("inference:main?frames=false").routeId("events").process(e -> events.add(e.getMessage().copy())).id("events-to-test");
            }
        });
        frames = camel.getEndpoint("mock:frames", MockEndpoint.class);
        camel.start();
        send.start();
    }

    @AfterEach
    void stop() {
        sessions.close();
        camel.stop();
    }

    @Test
    void aFrameGoesThroughTheSessionAndComesOutWithItsHeaders() throws Exception {
        open("s");
        frames.expectedMessageCount(1);
        Frame in = Pictures.frame("s", "camera", 3);
        send.sendBody("direct:in", in);
        frames.assertIsSatisfied();
        Exchange exchange = frames.getReceivedExchanges().getFirst();
        Frame out = assertInstanceOf(Frame.class, exchange.getMessage().getBody());
        assertSame(in.picture(), out.picture());
        assertEquals(
                Map.of(CaravanHeaders.SESSION_ID, "s", CaravanHeaders.SEQUENCE, 0L, CaravanHeaders.CHUNK, 0L,
                        CaravanHeaders.TIMESTAMP_MS, in.timestampMicros() / 1000, CaravanHeaders.SOURCE, "pipeline:passthrough"),
                exchange.getMessage().getHeaders());
    }

    @Test
    void theHeaderBeatsTheSessionOfTheBody() throws Exception {
        open("s");
        frames.expectedMessageCount(1);
        frames.expectedHeaderReceived(CaravanHeaders.SESSION_ID, "s");
        send.sendBodyAndHeader("direct:in", Pictures.frame("another", "camera", 0), CaravanHeaders.SESSION_ID, "s");
        frames.assertIsSatisfied();
    }

    @Test
    void eventsComeInOrderWithTheirType() throws Exception {
        open("s");
        Message opening = event(m -> true);
        Message streaming = event(m -> true);
        assertEquals("opening", opening.getBody(SessionEvent.class).data().get("to"));
        assertEquals("streaming", streaming.getBody(SessionEvent.class).data().get("to"));
        assertEquals(
                Map.of(CaravanHeaders.SESSION_ID, "s", CaravanHeaders.EVENT_TYPE, "state",
                        CaravanHeaders.TIMESTAMP_MS, opening.getBody(SessionEvent.class).timestampMs()),
                opening.getHeaders());
    }

    @Test
    void anEncodedPictureThatIsNoneComesBackToBeDeadLettered() throws Exception {
        open("s");
        Frame bad = Frame.incoming("s", 9, 1, new Origin("kafka:caravan.frames.in", Map.of("offset", 17L)),
                new Picture.Encoded("image/jpeg", 4, 4, new byte[] {1}));
        send.sendBody("direct:in", bad);
        Message rejected = event(m -> m.getBody() instanceof FrameRejected);
        assertSame(bad, rejected.getBody(FrameRejected.class).frame());
        assertEquals("nothing is decoded here", rejected.getBody(FrameRejected.class).reason());
        assertEquals("frame_rejected", rejected.getHeader(CaravanHeaders.EVENT_TYPE));
        assertEquals("kafka:caravan.frames.in", rejected.getHeader(CaravanHeaders.SOURCE));
        assertEquals(9L, rejected.getHeader(CaravanHeaders.SEQUENCE));
    }

    @Test
    void aControlIsAppliedAndItsOffsetIsInTheHeader() throws Exception {
        Session session = open("s");
        Exchange done = send.request("direct:in", e -> e.getMessage().setBody(
                new Control("s", Control.Door.DATA_CHANNEL, Origin.of("webrtc:1"), Map.of("noise_scale", 0.5, "paused", "what"))));
        assertEquals(Map.of("noise_scale", 0.5), session.parameters());
        assertEquals(0L, done.getMessage().getHeader(CaravanHeaders.CONTROL_OFFSET));
    }

    @Test
    void aJsonObjectInAnyShapeIsAControlOfARoute() throws Exception {
        Session session = open("s");
        List<Object> bodies = List.of(
                Map.of("noise_scale", 0.1), "{\"noise_scale\":0.2}", "{\"noise_scale\":0.3}".getBytes(StandardCharsets.UTF_8));
        double expected = 0;
        for (Object body : bodies) {
            send.sendBodyAndHeader("direct:in", body, CaravanHeaders.SESSION_ID, "s");
            expected += 0.1;
            assertEquals(expected, (double) session.parameters().get("noise_scale"), 1e-9);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[1]", "null", "{\"a\":1", "{} {}", "text", "{\"a\":1}}"})
    void whatIsNoJsonObjectFailsTheExchangeInWords(String body) throws Exception {
        open("s");
        IllegalArgumentException failure = assertThrowsCause(IllegalArgumentException.class,
                () -> send.sendBodyAndHeader("direct:in", body, CaravanHeaders.SESSION_ID, "s"));
        assertTrue(failure.getMessage().startsWith("a control is a JSON object"), failure.getMessage());
    }

    @Test
    void aHugeControlIsNotEvenParsed() throws Exception {
        open("s");
        IllegalArgumentException failure = assertThrowsCause(IllegalArgumentException.class,
                () -> send.sendBodyAndHeader("direct:in", new byte[JsonUpdates.MAX_LENGTH + 1], CaravanHeaders.SESSION_ID, "s"));
        assertTrue(failure.getMessage().startsWith("a control may have"), failure.getMessage());
    }

    @Test
    void anyOtherBodyFailsTheExchange() throws Exception {
        open("s");
        assertThrowsCause(InvalidPayloadException.class, () -> send.sendBodyAndHeader("direct:in", 42, CaravanHeaders.SESSION_ID, "s"));
        assertThrowsCause(InvalidPayloadException.class,
                () -> send.sendBodyAndHeader("direct:in", null, CaravanHeaders.SESSION_ID, "s"));
    }

    @Test
    void whatIsForAnUnknownSessionFailsTheExchange() {
        SessionRefusedException frame = assertThrowsCause(SessionRefusedException.class,
                () -> send.sendBody("direct:in", Pictures.frame("nobody", "camera", 0)));
        assertEquals(SessionRefusedException.Cause.UNKNOWN_SESSION, frame.kind());
        SessionRefusedException control = assertThrowsCause(SessionRefusedException.class,
                () -> send.sendBodyAndHeader("direct:open", "{\"noise_scale\":1}", CaravanHeaders.SESSION_ID, "nobody"));
        assertEquals("Session nobody not found", control.getMessage(), "a control never opens a session");
        SessionRefusedException noId = assertThrowsCause(SessionRefusedException.class, () -> send.sendBody("direct:in", "{}"));
        assertEquals(SessionRefusedException.Cause.BAD_ID, noId.kind());
    }

    @Test
    void theFirstFrameOfAnUnknownSessionOpensItWhereTheRouteSaysSo() throws Exception {
        // One by one: of two that wait together on a busy machine the older may be dropped.
        for (int sent = 1; sent <= 2; sent++) {
            frames.reset(); // it waits its whole time for a second message of two when it has one of them already
            frames.expectedMessageCount(1);
            send.sendBody("direct:open", Pictures.frame("cam-1", "kafka:caravan.frames.in", sent));
            frames.assertIsSatisfied();
        }
        Session session = sessions.find("cam-1").orElseThrow();
        assertEquals(Control.Door.KAFKA, session.door());
        assertTrue(session.wants("kafka"));
        assertEquals(Optional.of("kafka:caravan.frames.in"), session.snapshot().activeSource());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../etc", "a b", "ä"})
    void anIdThatCouldBeAnythingOpensNothing(String id) {
        SessionRefusedException refused = assertThrowsCause(SessionRefusedException.class,
                () -> send.sendBody("direct:open", Pictures.frame(id, "kafka:caravan.frames.in", 0)));
        assertEquals(SessionRefusedException.Cause.BAD_ID, refused.kind());
        assertEquals(List.of(), sessions.all());
    }

    @Test
    void aSessionClosedByHandIsNotOpenedAgainByTheNextFrame() throws Exception {
        send.sendBody("direct:open", Pictures.frame("cam-1", "kafka:caravan.frames.in", 0));
        sessions.close("cam-1", "deleted");
        send.sendBody("direct:open", Pictures.frame("cam-1", "kafka:caravan.frames.in", 1));
        assertEquals(1, sessions.framesDroppedInCoolDown());
    }

    @Test
    void aSuspendedRouteHearsNothingAndAResumedOneHearsAgain() throws Exception {
        open("s");
        camel.getRouteController().suspendRoute("frames");
        send.sendBody("direct:in", Pictures.frame("s", "camera", 0));
        event(m -> m.getBody(SessionEvent.class).type() == SessionEvent.Type.PLAYBACK_READY);
        camel.getRouteController().resumeRoute("frames");
        frames.expectedMessageCount(1);
        frames.expectedHeaderReceived(CaravanHeaders.SEQUENCE, 1L);
        send.sendBody("direct:in", Pictures.frame("s", "camera", 1));
        frames.assertIsSatisfied();
    }

    @Test
    void aRouteThatFailsDoesNotStopTheNextFrame() throws Exception {
        open("s");
        frames.whenExchangeReceived(1, e -> {
            throw new IllegalStateException("a bad day");
        });
        frames.expectedMessageCount(2);
        send.sendBody("direct:in", Pictures.frame("s", "camera", 0));
        send.sendBody("direct:in", Pictures.frame("s", "camera", 1));
        frames.assertIsSatisfied();
    }

    @Test
    void aWrongOptionIsRefusedByName() {
        ResolveEndpointFailedException failure =
                assertThrows(ResolveEndpointFailedException.class, () -> camel.getEndpoint("inference:main?stepz=3"));
        assertTrue(failure.getMessage().contains("stepz"), failure.getMessage());
        Exception mode = assertThrows(Exception.class, () -> camel.getEndpoint("inference:main?mode=audio"));
        assertTrue(rootCause(mode).getMessage().contains("mode is text or video"), rootCause(mode).getMessage());
    }

    @Test
    void withoutSessionsInTheRegistryItSaysWhatToDo() throws Exception {
        try (CamelContext empty = new DefaultCamelContext()) {
            Exception failure = assertThrows(Exception.class, () -> empty.getEndpoint("inference:main").createProducer());
            assertTrue(failure.getMessage().contains("bind one"), failure.getMessage());
            Exception named = assertThrows(Exception.class, () -> empty.getEndpoint("inference:other").createProducer());
            assertTrue(named.getMessage().contains("'other'"), named.getMessage());
        }
    }

    private Message event(Predicate<Message> wanted) throws InterruptedException {
        while (true) {
            Message next = events.poll(10, TimeUnit.SECONDS);
            assertNotNull(next, "no such event within 10 s");
            if (wanted.test(next)) {
                return next;
            }
        }
    }

    private Session open(String id) throws SessionRefusedException {
        return sessions.open(new SessionRequest(
                Optional.of(id), Origin.of("test"), Control.Door.REST, List.of(), Map.of(), Map.of()));
    }

    private static <T extends Throwable> T assertThrowsCause(Class<T> type, org.junit.jupiter.api.function.Executable what) {
        CamelExecutionException failure = assertThrows(CamelExecutionException.class, what);
        return assertInstanceOf(type, failure.getCause());
    }

    private static Throwable rootCause(Throwable e) {
        return e.getCause() == null ? e : rootCause(e.getCause());
    }
}
