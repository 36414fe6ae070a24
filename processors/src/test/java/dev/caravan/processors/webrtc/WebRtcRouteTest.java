package dev.caravan.processors.webrtc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.CaravanHeaders;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.FrameRejected;
import dev.caravan.processors.session.SessionEvent;
import dev.caravan.processors.webrtc.FakeEngine.FakeConnection;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The component in routes, on an engine that does what the test says. */
class WebRtcRouteTest {

    private static final Picture.I420 PICTURE = new Picture.I420(2, 2, new byte[6]);

    private final FakeEngine engine = new FakeEngine();
    private final Peers peers = new Peers(
            WebRtcSettings.DEFAULTS, engine, InstantSource.system(), Executors.newCachedThreadPool(),
            Executors.newSingleThreadScheduledExecutor());
    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final BlockingQueue<Exchange> got = new LinkedBlockingQueue<>();
    private final CompletableFuture<String> ended = new CompletableFuture<>();

    @AfterEach
    void stop() {
        camel.stop();
        peers.close();
    }

    @Test
    void aFrameOfAPeerBecomesAnExchangeWithItsHeaders() throws Exception {
        start("webrtc:peers");
        connect("a", true).events.video(PICTURE);
        Exchange exchange = got();
        Frame frame = exchange.getMessage().getBody(Frame.class);
        assertEquals("s", exchange.getMessage().getHeader(CaravanHeaders.SESSION_ID));
        assertEquals("webrtc:a", exchange.getMessage().getHeader(CaravanHeaders.SOURCE));
        assertEquals(0L, exchange.getMessage().getHeader(CaravanHeaders.SEQUENCE));
        assertEquals(frame.timestampMicros() / 1000, exchange.getMessage().getHeader(CaravanHeaders.TIMESTAMP_MS));
    }

    @Test
    void aMessageOfAPeerBecomesAnExchange() throws Exception {
        start("webrtc:peers");
        connect("a", true).events.message("{\"paused\":true}");
        Exchange exchange = got();
        assertEquals(Map.of("paused", true), assertInstanceOf(Control.class, exchange.getMessage().getBody()).update());
        assertEquals("s", exchange.getMessage().getHeader(CaravanHeaders.SESSION_ID));
        assertEquals("webrtc:a", exchange.getMessage().getHeader(CaravanHeaders.SOURCE));
    }

    @Test
    void aConsumerTakesOnlyWhatItAsksFor() throws Exception {
        start("webrtc:peers?frames=false");
        FakeConnection connection = connect("a", true);
        assertFalse(connection.events.wantsVideo());
        connection.events.message("{\"n\":1}");
        assertInstanceOf(Control.class, got().getMessage().getBody());
    }

    @Test
    void aRouteThatFailsGetsTheNextFrameToo() throws Exception {
        route("webrtc:peers", exchange -> {
            got.add(exchange.copy());
            throw new IllegalStateException("on purpose");
        });
        FakeConnection connection = connect("a", true);
        connection.events.video(PICTURE);
        got();
        connection.events.video(PICTURE);
        got();
    }

    @Test
    void severalConsumersEachGetEverything() throws Exception {
        start("webrtc:peers");
        start("webrtc:peers?controls=false");
        connect("a", true).events.video(PICTURE);
        got();
        got();
    }

    @Test
    void aStoppedRouteTakesNothingMore() throws Exception {
        start("webrtc:peers");
        FakeConnection connection = connect("a", true);
        camel.getRouteController().stopAllRoutes();
        assertFalse(connection.events.wantsVideo());
        connection.events.video(PICTURE);
        camel.getRouteController().startAllRoutes();
        connection.events.video(PICTURE);
        assertEquals(1L, got().getMessage().getHeader(CaravanHeaders.SEQUENCE));
    }

    @Test
    void aFrameGoesToTheViewersOfTheSessionInTheHeader() throws Exception {
        FakeConnection viewer = connect("a", true);
        Frame frame = Frame.incoming("other", 0, 0, Origin.of("test"), PICTURE);
        send(frame, Map.of(CaravanHeaders.SESSION_ID, "s"));
        assertEquals(1, viewer.pushed.size());
        send(frame, Map.of());
        assertEquals(1, viewer.pushed.size(), "without a header the frame's own session counts");
        send(frame, Map.of(CaravanHeaders.PEER_ID, "a"));
        assertEquals(2, viewer.pushed.size());
    }

    @Test
    void anEncodedFrameIsDecodedWhereThereIsADecoder() throws Exception {
        FakeConnection viewer = connect("a", true);
        Frame frame = Frame.incoming("s", 0, 0, Origin.of("test"), new Picture.Encoded("image/jpeg", 2, 2, new byte[1]));
        String message = assertThrows(CamelExecutionException.class, () -> send(frame, Map.of())).getCause().getMessage();
        assertTrue(message.contains("image/jpeg"), message);
        camel.getComponent("webrtc", WebRtcComponent.class).setDecoder(encoded -> PICTURE);
        send(frame, Map.of());
        assertEquals(1, viewer.pushed.size());
    }

    @Test
    void aSessionThatStopsTellsItsPeersWhyAndEndsThem() throws Exception {
        FakeConnection connection = connect("a", true);
        send(event(SessionEvent.Type.STREAM_STOPPED, Map.of("error_message", "out of memory")), Map.of());
        assertEquals(Map.of("type", "stream_stopped", "error_message", "out of memory"), message(connection));
        assertEquals("the session ended", ended.get(10, TimeUnit.SECONDS));
    }

    @Test
    void aSessionThatEndsByItselfNamesNoError() throws Exception {
        FakeConnection connection = connect("a", true);
        send(event(SessionEvent.Type.STREAM_STOPPED, Map.of()), Map.of());
        assertEquals(Map.of("type", "stream_stopped"), message(connection));
    }

    @Test
    void changedParametersReachThoseWhoControl() throws Exception {
        FakeConnection controller = connect("a", true);
        FakeConnection watcher = connect("w", false);
        send(event(SessionEvent.Type.PARAMETERS_UPDATED, Map.of("parameters", Map.of("paused", true))), Map.of());
        send("{\"type\":\"for everybody\"}", Map.of(CaravanHeaders.SESSION_ID, "s"));
        assertEquals(Map.of("type", "parameters_updated", "parameters", Map.of("paused", true)), message(controller));
        assertEquals(Map.of("type", "for everybody"), message(watcher));
    }

    @Test
    void refusedKeysAreToldToThePeerThatSentThemOnly() throws Exception {
        FakeConnection a = connect("a", true);
        FakeConnection b = connect("b", true);
        List<Map<String, String>> errors = List.of(Map.of("key", "noise_scale", "msg", "too much"));
        send(event(SessionEvent.Type.REJECTED, Map.of("source", "kafka:caravan.controls", "errors", errors)), Map.of());
        send(event(SessionEvent.Type.REJECTED, Map.of("source", "webrtc:b", "errors", errors)), Map.of());
        send("{\"type\":\"last\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8), Map.of(CaravanHeaders.PEER_ID, "a"));
        assertEquals(Map.of("type", "parameters_rejected", "errors", errors), message(b));
        assertEquals(Map.of("type", "last"), message(a));
    }

    @Test
    void keysThatAChunkWasMadeWithoutAreToldToWhoeverMaySendThem() throws Exception {
        FakeConnection controls = connect("a", true);
        FakeConnection watches = connect("b", false);
        List<Map<String, String>> errors = List.of(Map.of("key", "vace_ref_images", "msg", "there is no picture x.png"));
        send(event(SessionEvent.Type.REJECTED, Map.of("source", "pipeline:longlive", "errors", errors)), Map.of());
        send("{\"type\":\"last\"}", Map.of(CaravanHeaders.SESSION_ID, "s"));
        assertEquals(Map.of("type", "parameters_rejected", "errors", errors), message(controls));
        assertEquals(Map.of("type", "last"), message(watches));
    }

    @Test
    void everyOtherEventIsFineAndSaysNothing() throws Exception {
        FakeConnection connection = connect("a", true);
        for (SessionEvent.Type type : SessionEvent.Type.values()) {
            if (type != SessionEvent.Type.STREAM_STOPPED && type != SessionEvent.Type.PARAMETERS_UPDATED) {
                send(event(type, Map.of()), Map.of());
            }
        }
        send(new FrameRejected(Frame.incoming("s", 0, 0, Origin.of("test"), PICTURE), "why"), Map.of());
        send("{\"type\":\"last\"}", Map.of(CaravanHeaders.SESSION_ID, "s"));
        assertEquals(Map.of("type", "last"), message(connection));
    }

    @Test
    void anythingElseIsRefusedInWords() {
        for (Object body : List.of(42, "no json", "[1]", "{\"type\":\"to whom\"}")) {
            String message = assertThrows(CamelExecutionException.class, () -> send(body, Map.of())).getCause().getMessage();
            assertTrue(message.startsWith("webrtc: "), message);
        }
    }

    @Test
    void aMistypedOptionIsRefusedByItsName() {
        Exception refused = assertThrows(Exception.class, () -> start("webrtc:peers?frame=false"));
        assertTrue(String.valueOf(refused.getMessage()).contains("frame"), refused.getMessage());
    }

    private void start(String uri) throws Exception {
        route(uri, exchange -> got.add(exchange.copy()));
    }

    private void route(String uri, org.apache.camel.Processor processor) throws Exception {
        camel.getRegistry().bind("peers", peers);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(uri).process(processor);
            }
        });
        camel.start();
    }

    private void send(Object body, Map<String, Object> headers) throws Exception {
        camel.getRegistry().bind("peers", peers);
        camel.start();
        camel.createProducerTemplate().sendBodyAndHeaders("webrtc:peers", body, headers);
    }

    private FakeConnection connect(String peerId, boolean controls) throws Exception {
        CompletableFuture<Void> connected = new CompletableFuture<>();
        peers.accept(new PeerOffer(peerId, "s", "v=0", true, true, controls, new PeerListener() {
            @Override
            public void connected(String id) {
                connected.complete(null);
            }

            @Override
            public void ended(String id, String reason) {
                ended.complete(reason);
            }
        }));
        FakeConnection connection = engine.last();
        connection.events.state(Connection.State.CONNECTED);
        connection.events.channelOpened();
        connected.get(10, TimeUnit.SECONDS);
        return connection;
    }

    private static SessionEvent event(SessionEvent.Type type, Map<String, Object> data) {
        return new SessionEvent("s", type, 0, data);
    }

    private Exchange got() throws InterruptedException {
        return Objects.requireNonNull(got.poll(10, TimeUnit.SECONDS), "no exchange came");
    }

    private static Map<String, Object> message(FakeConnection connection) throws InterruptedException {
        String text = Objects.requireNonNull(connection.sent.poll(10, TimeUnit.SECONDS), "no message came");
        return PeerMessages.object(text).orElseThrow();
    }
}
