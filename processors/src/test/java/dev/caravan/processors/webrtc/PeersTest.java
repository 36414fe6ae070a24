package dev.caravan.processors.webrtc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.Exit;
import dev.caravan.processors.session.SessionObserver;
import dev.caravan.processors.session.SessionTracer;
import dev.caravan.processors.webrtc.FakeEngine.FakeConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Peers on an engine that does what the test says. */
class PeersTest {

    private static final Picture.I420 PICTURE = new Picture.I420(2, 2, new byte[6]);

    private final FakeEngine engine = new FakeEngine();
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final BlockingQueue<Object> got = new LinkedBlockingQueue<>();
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final List<String> followed = new CopyOnWriteArrayList<>();
    private volatile Instant now = Instant.ofEpochSecond(1000);
    private Peers peers = peers(Duration.ofSeconds(30), Duration.ofSeconds(30));

    @AfterEach
    void stop() {
        peers.close();
    }

    @Test
    void aRefusedOfferLeavesNothingAndItsListenerHearsNothing() throws Exception {
        assertThrows(BadOfferException.class, () -> peers.accept(offer("a", "bad", true, true, true)));
        assertEquals(1, engine.last().closes.get());
        assertEquals(0, peers.count());
        engine.last().events.state(Connection.State.FAILED);
        accept("b");
        peers.close("b", "test");
        assertEquals("ended b: test", told());
    }

    @Test
    void anOfferLongerThanTheLimitIsRefusedBeforeAnybodyReadsIt() {
        String huge = "v=0" + "x".repeat(Peers.MAX_SDP);
        assertThrows(BadOfferException.class, () -> peers.accept(offer("a", huge, true, true, true)));
        assertTrue(engine.connections.isEmpty());
    }

    @Test
    void aPeerEndsOnceHoweverManyReasonsThereAre() throws Exception {
        FakeConnection connection = connected("a");
        connection.events.state(Connection.State.FAILED);
        connection.events.channelClosed();
        peers.close("a", "by hand");
        connection.events.state(Connection.State.CLOSED);
        assertEquals("ended a: connection failed", told());
        peers.close();
        assertTrue(told.isEmpty(), () -> "told again: " + told);
        assertEquals(1, connection.closes.get());
    }

    @Test
    void aPeerEndsWhenItsDataChannelCloses() throws Exception {
        connected("a").events.channelClosed();
        assertEquals("ended a: data channel closed", told());
        assertEquals(0, peers.count());
    }

    @Test
    void aPeerEndsWhenItIsSilentForTheGraceTime() throws Exception {
        replacePeers(Duration.ofSeconds(30), Duration.ofMillis(1));
        connected("a").events.state(Connection.State.DISCONNECTED);
        assertEquals("ended a: connection lost", told());
    }

    @Test
    void aPeerThatComesBackWithinTheGraceTimeIsConnectedOnlyOnce() throws Exception {
        FakeConnection connection = connected("a");
        connection.events.state(Connection.State.DISCONNECTED);
        connection.events.state(Connection.State.CONNECTED);
        peers.close("a", "test");
        assertEquals("ended a: test", told());
    }

    @Test
    void aPeerThatNeverConnectsEnds() throws Exception {
        replacePeers(Duration.ofMillis(1), Duration.ofSeconds(30));
        accept("a");
        assertEquals("ended a: did not connect in time", told());
    }

    @Test
    void aListenerThatThrowsChangesNothing() throws Exception {
        PeerListener broken = new PeerListener() {
            @Override
            public void connected(String peerId) {
                throw new AssertionError("on purpose");
            }

            @Override
            public void ended(String peerId, String reason) {
                told.add("ended " + peerId + ": " + reason);
                throw new AssertionError("on purpose");
            }
        };
        peers.accept(new PeerOffer("a", "s", "v=0", true, true, true, broken));
        engine.last().events.state(Connection.State.CONNECTED);
        engine.last().events.state(Connection.State.FAILED);
        assertEquals("ended a: connection failed", told());
        assertEquals(1, engine.last().closes.get());
    }

    @Test
    void framesCarryTheirSessionSourceSequenceAndRisingTimes() throws Exception {
        subscribe(true);
        FakeConnection connection = connected("a");
        connection.events.video(PICTURE);
        Frame first = (Frame) got();
        now = now.minusSeconds(5); // somebody sets the clock back
        connection.events.video(PICTURE);
        Frame second = (Frame) got();
        assertEquals("s", first.sessionId());
        assertEquals("webrtc:a", first.origin().source());
        assertEquals(0, first.sequence());
        assertEquals(1, second.sequence());
        assertEquals(1_000_000_000L, first.timestampMicros());
        assertTrue(second.timestampMicros() > first.timestampMicros());
        assertEquals("first frame a", told());
    }

    @Test
    void picturesAreWantedOnlyOfASourceAndOnlyWhileSomebodyTakesThem() throws Exception {
        peers.accept(offer("viewer", "v=0", false, true, false));
        FakeConnection viewer = engine.last();
        FakeConnection source = connected("source");
        assertFalse(source.events.wantsVideo());
        try (var _ = subscribe(false)) {
            assertFalse(source.events.wantsVideo());
        }
        try (var _ = subscribe(true)) {
            assertTrue(source.events.wantsVideo());
            assertFalse(viewer.events.wantsVideo());
        }
        assertFalse(source.events.wantsVideo());
    }

    @Test
    void aMessageBecomesAControlAndNonsenseIsIgnored() throws Exception {
        subscribe(true);
        FakeConnection connection = connected("a");
        for (String nonsense : List.of("", "[1]", "7", "null", "{\"a\":", "{} {}", "[".repeat(5000))) {
            connection.events.message(nonsense);
        }
        connection.events.message("{\"noise_scale\":0.5}");
        Control control = (Control) got();
        assertEquals(Map.of("noise_scale", 0.5), control.update());
        assertEquals(Control.Door.DATA_CHANNEL, control.door());
        assertEquals("webrtc:a", control.origin().source());
        assertEquals("s", control.sessionId());
        PeerSnapshot snapshot = peers.find("a").orElseThrow();
        assertEquals(1, snapshot.controls());
        assertEquals(7, snapshot.controlsDropped());
    }

    @Test
    void aPeerThatWatchesIsToldThatItsControlsAreRefused() throws Exception {
        subscribe(true);
        peers.accept(offer("w", "v=0", false, true, false));
        FakeConnection watcher = engine.last();
        watcher.events.state(Connection.State.CONNECTED);
        watcher.events.channelOpened();
        watcher.events.message("{\"paused\":true}");
        Map<String, Object> answer = PeerMessages.object(String.valueOf(watcher.sent.poll(10, TimeUnit.SECONDS))).orElseThrow();
        assertEquals("parameters_rejected", answer.get("type"));
        assertEquals(List.of(Map.of("key", "paused", "msg", "this peer watches; controls are refused")), answer.get("errors"));
        assertTrue(got.isEmpty());
    }

    @Test
    void messagesWaitForTheChannelToOpen() throws Exception {
        FakeConnection connection = connected("a");
        peers.send("a", "{\"n\":1}");
        assertEquals(1, peers.sendToSession("s", "{\"n\":2}", true));
        assertTrue(connection.sent.isEmpty());
        connection.events.channelOpened();
        assertEquals("{\"n\":1}", connection.sent.poll(10, TimeUnit.SECONDS));
        assertEquals("{\"n\":2}", connection.sent.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void onePictureIsPreparedOnceForAllViewersOfItsSession() throws Exception {
        FakeConnection a = connected("a");
        FakeConnection b = connected("b");
        peers.accept(offer("source only", "v=0", true, false, true));
        FakeConnection source = engine.last();
        source.events.state(Connection.State.CONNECTED);
        told();
        Frame frame = Frame.incoming("s", 0, 0, Origin.of("test"), PICTURE);
        assertEquals(2, peers.push("s", frame));
        assertEquals(0, peers.push("another session", frame));
        assertTrue(peers.pushTo("b", frame));
        assertFalse(peers.pushTo("nobody", frame));
        assertEquals(1, a.pushed.size());
        assertEquals(2, b.pushed.size());
        assertEquals(0, source.pushed.size());
        String told = "WEBRTC s 0 after 1000000000";
        assertEquals(List.of(told, told), sent, "once for each push that reached somebody, however many");
        assertEquals(2, engine.preparedPictures.get());
        assertEquals(0, engine.openPictures.get());
        b.takes = false;
        assertFalse(peers.pushTo("b", frame));
        assertEquals(List.of("WEBRTC begins", "sent", "WEBRTC begins", "sent", "WEBRTC begins", "no viewer took it"), followed);
    }

    @Test
    void candidatesAreTakenAtOnceAndEmptyOnesAreFine() throws Exception {
        accept("a");
        assertTrue(peers.addCandidates("a", List.of(
                Candidate.of(""), new Candidate("1 1 udp 1 192.0.2.9 5000 typ host", Optional.of("0"), Optional.empty()))));
        assertEquals(List.of("candidate:1 1 udp 1 192.0.2.9 5000 typ host"), engine.last().candidates);
        assertFalse(peers.addCandidates("nobody", List.of()));
        assertThrows(BadCandidateException.class, () -> peers.addCandidates("a", List.of(Candidate.of("junk"))));
    }

    @Test
    void aSessionThatEndsTakesItsPeersAlong() throws Exception {
        connected("a");
        peers.accept(new PeerOffer("other", "t", "v=0", true, true, true, PeerListener.NONE));
        peers.closeSession("s", "the session ended", Duration.ofMillis(1));
        assertEquals("ended a: the session ended", told());
        assertEquals(List.of("other"), peers.all().stream().map(PeerSnapshot::peerId).toList());
    }

    @Test
    void aPeerThatWasToldGoodByeHasItsTimeAlsoWhenTheHubStops() throws Exception {
        connected("a");
        peers.closeSession("s", "the session ended", Duration.ofMillis(50));
        peers.close();
        assertEquals("ended a: the session ended", told());
    }

    @Test
    void nobodyConnectsToAHubThatStops() throws Exception {
        connected("a");
        peers.close();
        assertEquals("ended a: the hub is stopping", told());
        assertThrows(IllegalStateException.class, () -> accept("b"));
    }

    @Test
    void anIdIsTakenOnce() throws Exception {
        accept("a");
        assertThrows(IllegalStateException.class, () -> accept("a"));
        assertEquals(1, engine.connections.size());
        assertTrue(peers.find("a").isPresent());
    }

    private Peers peers(Duration connect, Duration grace) {
        WebRtcSettings settings = WebRtcSettings.DEFAULTS.withTimes(Duration.ofSeconds(1), connect, grace);
        return new Peers(
                settings,
                engine,
                () -> now,
                Executors.newCachedThreadPool(),
                Executors.newSingleThreadScheduledExecutor(),
                new SessionObserver() {
                    @Override
                    public void sent(Exit exit, String sessionId, long sequence, long micros) {
                        sent.add(exit + " " + sessionId + " " + sequence + " after " + micros);
                    }
                }.with(new SessionTracer() {
                    @Override
                    public Departure leaving(Exit exit, Frame frame) {
                        followed.add(exit + " begins");
                        return new Departure() {
                            @Override
                            public void sent() {
                                followed.add("sent");
                            }

                            @Override
                            public void lost(String why) {
                                followed.add(why);
                            }
                        };
                    }
                }));
    }

    private void replacePeers(Duration connect, Duration grace) {
        peers.close();
        peers = peers(connect, grace);
    }

    private Peers.Subscription subscribe(boolean frames) {
        return peers.subscribe(
                new PeerSubscriber() {
                    @Override
                    public boolean wantsFrames() {
                        return frames;
                    }

                    @Override
                    public void frame(Frame frame) {
                        got.add(frame);
                    }

                    @Override
                    public void control(Control control) {
                        got.add(control);
                    }
                },
                Runnable::run);
    }

    private FakeConnection connected(String peerId) throws Exception {
        accept(peerId);
        FakeConnection connection = engine.last();
        connection.events.state(Connection.State.CONNECTED);
        assertEquals("connected " + peerId, told());
        return connection;
    }

    private void accept(String peerId) throws BadOfferException {
        assertEquals("answer", peers.accept(offer(peerId, "v=0", true, true, true)).sdp());
    }

    private PeerOffer offer(String peerId, String sdp, boolean source, boolean viewer, boolean controls) {
        return new PeerOffer(peerId, "s", sdp, source, viewer, controls, new PeerListener() {
            @Override
            public void connected(String id) {
                told.add("connected " + id);
            }

            @Override
            public void firstFrame(String id) {
                told.add("first frame " + id);
            }

            @Override
            public void ended(String id, String reason) {
                told.add("ended " + id + ": " + reason);
            }
        });
    }

    private String told() throws InterruptedException {
        return String.valueOf(told.poll(10, TimeUnit.SECONDS));
    }

    private Object got() throws InterruptedException {
        return java.util.Objects.requireNonNull(got.poll(10, TimeUnit.SECONDS), "nothing came");
    }
}
