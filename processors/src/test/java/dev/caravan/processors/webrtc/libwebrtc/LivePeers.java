package dev.caravan.processors.webrtc.libwebrtc;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.webrtc.Candidate;
import dev.caravan.processors.webrtc.PeerListener;
import dev.caravan.processors.webrtc.PeerOffer;
import dev.caravan.processors.webrtc.PeerSubscriber;
import dev.caravan.processors.webrtc.Peers;
import dev.caravan.processors.webrtc.WebRtcSettings;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Real peers whose pictures are sent back to their session, with what they told: the small world of the live tests. */
final class LivePeers implements AutoCloseable {

    final Peers peers;
    final BlockingQueue<Control> controls = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final ExecutorService routes = Executors.newCachedThreadPool();

    LivePeers() {
        this(WebRtcSettings.DEFAULTS);
    }

    LivePeers(WebRtcSettings settings) {
        peers = LibWebRtc.peers(settings, InstantSource.system());
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

    /** The signalling of a peer that opens session {@code s}. */
    TestPeer.Hub hub(String peerId) {
        return hub(peerId, true, true, true);
    }

    TestPeer.Hub hub(String peerId, boolean source, boolean viewer, boolean controls) {
        return new TestPeer.Hub() {
            @Override
            public String answer(String offer) throws Exception {
                return LivePeers.this.answer(peerId, offer, source, viewer, controls);
            }

            @Override
            public void candidates(List<Candidate> candidates) throws Exception {
                if (!peers.addCandidates(peerId, candidates)) {
                    throw new NoSuchElementException(peerId);
                }
            }
        };
    }

    String answer(String peerId, String offer, boolean source, boolean viewer, boolean controls) throws Exception {
        return peers.accept(new PeerOffer(peerId, "s", offer, source, viewer, controls, listener())).sdp();
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

    /** What a listener was told next. */
    String told() throws InterruptedException {
        return String.valueOf(told.poll(TestPeer.PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }

    /** Waits until a listener is told something that begins like this. */
    String toldThat(String beginning) throws InterruptedException {
        String next = told();
        while (!next.startsWith(beginning) && !next.equals("null")) {
            next = told();
        }
        return next;
    }

    @Override
    public void close() {
        peers.close();
        routes.shutdownNow();
    }

    /** A picture of one grey. */
    static Picture.I420 grey(int width, int height, int luma) {
        byte[] data = new byte[Picture.I420.size(width, height)];
        Arrays.fill(data, (byte) 128);
        Arrays.fill(data, 0, width * height, (byte) luma);
        return new Picture.I420(width, height, data);
    }

    /** Whether the middle of a picture is of about this grey; codecs lose a little. */
    static boolean isGrey(Picture.I420 picture, int luma) {
        int middle = picture.data()[picture.width() * (picture.height() / 2) + picture.width() / 2] & 0xFF;
        return Math.abs(middle - luma) <= 4;
    }
}
