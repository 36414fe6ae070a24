package dev.caravan.processors.webrtc.libwebrtc;

import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.webrtc.Candidate;
import dev.caravan.processors.webrtc.Connection;
import dev.onvoid.webrtc.PeerConnectionFactory;
import dev.onvoid.webrtc.RTCConfiguration;
import dev.onvoid.webrtc.RTCDataChannel;
import dev.onvoid.webrtc.RTCDataChannelInit;
import dev.onvoid.webrtc.RTCIceCandidate;
import dev.onvoid.webrtc.RTCPeerConnection;
import dev.onvoid.webrtc.RTCPeerConnectionState;
import dev.onvoid.webrtc.RTCRtpTransceiver;
import dev.onvoid.webrtc.RTCRtpTransceiverDirection;
import dev.onvoid.webrtc.RTCRtpTransceiverInit;
import dev.onvoid.webrtc.RTCSdpType;
import dev.onvoid.webrtc.RTCSessionDescription;
import dev.onvoid.webrtc.media.video.CustomVideoSource;
import dev.onvoid.webrtc.media.video.VideoFrame;
import dev.onvoid.webrtc.media.video.VideoTrack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A client in the test's own JVM that offers what the published clients offer. Needs an address other than loopback. Waits are bounded
 * by {@link #PATIENCE}.
 */
public final class TestPeer implements AutoCloseable, Observer.Target, Channel.Listener {

    public static final Duration PATIENCE = Duration.ofSeconds(20);

    /** What the client offers. */
    public enum Offers {
        /** {@code addTransceiver("video")}: says sendrecv, may send nothing. */
        SEND_AND_RECEIVE(RTCRtpTransceiverDirection.SEND_RECV),
        RECEIVE_ONLY(RTCRtpTransceiverDirection.RECV_ONLY),
        SEND_ONLY(RTCRtpTransceiverDirection.SEND_ONLY),
        /** No video. */
        DATA_ONLY(RTCRtpTransceiverDirection.INACTIVE);

        private final RTCRtpTransceiverDirection direction;

        Offers(RTCRtpTransceiverDirection direction) {
            this.direction = direction;
        }
    }

    /** The hub as the client sees it. */
    public interface Hub {
        /** The answer to an offer. */
        String answer(String offer) throws Exception;

        /** More candidates of the client; after the answer. */
        void candidates(List<Candidate> candidates) throws Exception;
    }

    private final PeerConnectionFactory factory = NativeFactory.get(); // first: loads the library
    private final CustomVideoSource source = new CustomVideoSource();
    private final Observer observer = new Observer(this);
    private final RTCPeerConnection connection;
    private final List<VideoTrack> tracks = new ArrayList<>();
    private final @Nullable Channel channel;

    private final BlockingQueue<RTCIceCandidate> candidates = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> gathered = new CompletableFuture<>();
    private final CompletableFuture<Void> connected = new CompletableFuture<>();
    private final CompletableFuture<Void> open = new CompletableFuture<>();
    private final CompletableFuture<Void> channelClosed = new CompletableFuture<>();
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final AtomicReference<Picture.@Nullable I420> latest = new AtomicReference<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable IncomingVideo incoming;

    /** A client with one video and a data channel called {@code parameters}. */
    public TestPeer(Offers offers) {
        this(offers, 1, true);
    }

    /** @param videos number of video sections; the first is the one that sends */
    public TestPeer(Offers offers, int videos, boolean data) {
        connection = factory.createPeerConnection(new RTCConfiguration(), observer);
        channel = data ? openChannel() : null;
        for (int i = 0; i < videos && offers != Offers.DATA_ONLY; i++) {
            VideoTrack track = factory.createVideoTrack("camera" + i, source);
            tracks.add(track);
            RTCRtpTransceiverInit init = new RTCRtpTransceiverInit();
            init.direction = offers.direction;
            init.streamIds.add("client");
            connection.addTransceiver(track, init);
        }
    }

    private Channel openChannel() {
        RTCDataChannel raw = connection.createDataChannel("parameters", new RTCDataChannelInit());
        Channel opened = new Channel(raw);
        opened.listen(this);
        return opened;
    }

    /** The offer as a trickling client sends it: without candidates. */
    public String offer() throws Exception {
        RTCSessionDescription offer = Negotiation.createOffer(connection).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        Negotiation.setLocal(connection, offer).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        return offer.sdp;
    }

    /** Takes the hub's answer. */
    public void accept(String answer) throws Exception {
        Negotiation.setRemote(connection, new RTCSessionDescription(RTCSdpType.ANSWER, answer))
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** All candidates of this client. */
    public List<Candidate> candidates() throws Exception {
        gathered.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        return candidates.stream()
                .map(each -> new Candidate(each.sdp, Optional.ofNullable(each.sdpMid), Optional.of(each.sdpMLineIndex)))
                .toList();
    }

    /** The whole signalling: offer, answer, candidates; returns when media can flow. */
    public TestPeer connect(Hub hub) throws Exception {
        return connect(hub, UnaryOperator.identity());
    }

    /** @param edit changes the offer on its way */
    public TestPeer connect(Hub hub, UnaryOperator<String> edit) throws Exception {
        accept(hub.answer(edit.apply(offer())));
        hub.candidates(candidates());
        awaitConnected();
        return this;
    }

    public void awaitConnected() throws Exception {
        connected.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    public void awaitChannelOpen() throws Exception {
        open.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    public void awaitChannelClosed() throws Exception {
        channelClosed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Sends one picture; a stream needs many, because an encoder may drop some. */
    public void push(Picture picture) {
        VideoFrame frame = new VideoFrame(Pictures.copy(picture), System.nanoTime());
        source.pushFrame(frame);
        frame.release();
    }

    /** Pushes a picture about 30 times a second until something received is as wanted, and returns that. */
    public Picture.I420 pushUntil(Picture picture, Predicate<Picture.I420> wanted) throws Exception {
        return awaitPicture(wanted, () -> push(picture));
    }

    /** Waits for a received picture. */
    public Picture.I420 awaitPicture(Predicate<Picture.I420> wanted) throws Exception {
        return awaitPicture(wanted, () -> { });
    }

    /** Waits for a received picture while something is done about 30 times a second. */
    public Picture.I420 awaitPicture(Predicate<Picture.I420> wanted, Runnable meanwhile) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            meanwhile.run();
            Picture.I420 picture = latest.getAndSet(null);
            if (picture != null && wanted.test(picture)) {
                return picture;
            }
            TimeUnit.MILLISECONDS.sleep(33); // the camera's pace, not a wait for somebody
        }
        throw new TimeoutException("no such picture within " + PATIENCE);
    }

    public void send(String text) throws Exception {
        if (channel == null || !channel.send(text)) {
            throw new IllegalStateException("the data channel is not open");
        }
    }

    /** The next message of the hub. */
    public String message() throws Exception {
        String message = messages.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (message == null) {
            throw new TimeoutException("no message within " + PATIENCE);
        }
        return message;
    }

    /** Names of the codecs this client receives and sends now, from its statistics. */
    public dev.caravan.processors.webrtc.ConnectionStats stats() throws Exception {
        CompletableFuture<dev.caravan.processors.webrtc.ConnectionStats> result = new CompletableFuture<>();
        connection.getStats(report -> Quietly.run("Reading statistics", () -> result.complete(Stats.read(report))));
        return result.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Closes the data channel and nothing else. */
    public void closeChannel() {
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (incoming != null) {
            incoming.close();
        }
        if (channel != null) {
            channel.close();
        }
        observer.cut();
        long address = NativeReferences.address(connection);
        connection.close();
        if (channel != null) {
            channel.dispose(channel.address());
        }
        NativeReferences.release(address);
        tracks.forEach(track -> NativeReferences.release(NativeReferences.address(track)));
        source.dispose();
    }

    @Override
    public void changed(RTCPeerConnectionState state) {
        if (state == RTCPeerConnectionState.CONNECTED) {
            connected.complete(null);
        }
    }

    @Override
    public void gathered() {
        gathered.complete(null);
    }

    @Override
    public void candidate(RTCIceCandidate candidate) {
        candidates.add(candidate);
    }

    @Override
    public void channel(RTCDataChannel ignored) {}

    @Override
    public void track(RTCRtpTransceiver transceiver) {
        if (incoming == null && transceiver.getReceiver().getTrack() instanceof VideoTrack track) {
            incoming = new IncomingVideo(track, new Received());
        }
    }

    @Override
    public void opened(Channel which) {
        open.complete(null);
    }

    @Override
    public void closed(Channel which) {
        channelClosed.complete(null);
    }

    @Override
    public void message(String text) {
        messages.add(text);
    }

    private final class Received implements Connection.Events {
        @Override
        public void state(Connection.State state) {}

        @Override
        public void channelOpened() {}

        @Override
        public void channelClosed() {}

        @Override
        public boolean wantsVideo() {
            return true;
        }

        @Override
        public void video(Picture.I420 picture) {
            latest.set(picture);
        }

        @Override
        public void message(String text) {}
    }
}
