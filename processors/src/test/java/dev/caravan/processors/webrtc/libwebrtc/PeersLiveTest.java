package dev.caravan.processors.webrtc.libwebrtc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.webrtc.BadCandidateException;
import dev.caravan.processors.webrtc.BadOfferException;
import dev.caravan.processors.webrtc.Candidate;
import dev.caravan.processors.webrtc.PeerListener;
import dev.caravan.processors.webrtc.PeerOffer;
import dev.caravan.processors.webrtc.PeerSubscriber;
import dev.caravan.processors.webrtc.Peers;
import dev.caravan.processors.webrtc.WebRtcSettings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real connections between two peers of this JVM. */
class PeersLiveTest {

    private final ExecutorService routes = Executors.newCachedThreadPool();
    private final BlockingQueue<Control> controls = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private Peers peers = LibWebRtc.peers(WebRtcSettings.DEFAULTS, InstantSource.system());

    @AfterEach
    void stop() {
        peers.close();
        routes.shutdownNow();
    }

    @Test
    void picturesOfAPeerComeBackThroughAnEchoWithTheirPixels() throws Exception {
        echo();
        try (TestPeer client = new TestPeer(TestPeer.Offers.SEND_AND_RECEIVE)) {
            client.connect(hub("a", true, true, true));
            Picture.I420 back = client.pushUntil(grey(320, 240, 180), picture -> Math.abs(luma(picture) - 180) <= 3);
            assertEquals(320, back.width());
            assertEquals(240, back.height());
            assertEquals("connected a", told());
            assertEquals("first frame a", told());
        }
        assertEquals("ended a", told().substring(0, 7));
    }

    @Test
    void everyKindOfOfferIsServed() throws Exception {
        for (TestPeer.Offers offers : TestPeer.Offers.values()) {
            try (TestPeer client = new TestPeer(offers)) {
                client.connect(hub("a", true, true, true));
                client.awaitChannelOpen();
            }
            assertEquals("connected a", told());
            assertTrue(told().startsWith("ended a"));
        }
    }

    private void echo() {
        peers.subscribe(
                new PeerSubscriber() {
                    @Override
                    public void frame(Frame frame) {
                        peers.push(frame.sessionId(), frame);
                    }

                    @Override
                    public void control(Control control) {
                        controls.add(control);
                    }
                },
                routes);
    }

    private TestPeer.Hub hub(String peerId, boolean source, boolean viewer, boolean controls) {
        return new TestPeer.Hub() {
            @Override
            public String answer(String offer) throws Exception {
                return peers.accept(new PeerOffer(peerId, "s", offer, source, viewer, controls, listener())).sdp();
            }

            @Override
            public void candidates(List<Candidate> candidates) throws Exception {
                assertTrue(peers.addCandidates(peerId, candidates));
            }
        };
    }

    private PeerListener listener() {
        return new PeerListener() {
            @Override
            public void connected(String peerId) {
                told.add("connected " + peerId);
            }

            @Override
            public void firstFrame(String peerId) {
                told.add("first frame " + peerId);
            }

            @Override
            public void ended(String peerId, String reason) {
                told.add("ended " + peerId + ": " + reason);
            }
        };
    }

    private String told() throws InterruptedException {
        return String.valueOf(told.poll(TestPeer.PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }

    static Picture.I420 grey(int width, int height, int luma) {
        byte[] data = new byte[Picture.I420.size(width, height)];
        Arrays.fill(data, (byte) 128);
        Arrays.fill(data, 0, width * height, (byte) luma);
        return new Picture.I420(width, height, data);
    }

    static int luma(Picture.I420 picture) {
        return picture.data()[picture.width() * (picture.height() / 2) + picture.width() / 2] & 0xFF;
    }
}
