package dev.caravan.processors.webrtc.libwebrtc;

import dev.caravan.processors.webrtc.BadCandidateException;
import dev.caravan.processors.webrtc.BadOfferException;
import dev.caravan.processors.webrtc.Connection;
import dev.caravan.processors.webrtc.ConnectionStats;
import dev.caravan.processors.webrtc.WebRtcEngine;
import dev.caravan.processors.webrtc.WebRtcSettings;
import dev.onvoid.webrtc.PeerConnectionFactory;
import dev.onvoid.webrtc.RTCConfiguration;
import dev.onvoid.webrtc.RTCDataChannel;
import dev.onvoid.webrtc.RTCIceCandidate;
import dev.onvoid.webrtc.RTCPeerConnection;
import dev.onvoid.webrtc.RTCPeerConnectionState;
import dev.onvoid.webrtc.RTCRtpTransceiver;
import dev.onvoid.webrtc.RTCRtpTransceiverDirection;
import dev.onvoid.webrtc.RTCSdpType;
import dev.onvoid.webrtc.RTCSessionDescription;
import dev.onvoid.webrtc.media.video.VideoTrack;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of webrtc-java.
 *
 * <p>Every call into the library is made under {@link #calls}, and close takes it too: a call on a closed connection would touch freed
 * memory. Callbacks never take it (see the package comment); what they leave behind is volatile or guarded by {@link #channels}.
 * Waiting for the library's answers is done without it.
 */
final class LibConnection implements Connection, Observer.Target, Channel.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(LibConnection.class);
    private static final long STEP_SECONDS = 10;

    /** A peer needs one; each costs memory for ever, because the library never forgets its observer. */
    private static final int MAX_CHANNELS = 4;

    private final PeerConnectionFactory factory;
    private final WebRtcSettings settings;
    private final Events events;
    private final Observer observer = new Observer(this);
    private final RTCPeerConnection connection;
    private final CompletableFuture<Void> gathered = new CompletableFuture<>();

    private final Object calls = new Object();
    private boolean closed;

    private final List<Channel> channels = new ArrayList<>();
    private volatile @Nullable Channel channel;
    private volatile @Nullable IncomingVideo incoming;
    private volatile @Nullable OutgoingVideo outgoing;
    private volatile boolean receive;
    private volatile List<SdpEditor.Media> offered = List.of();

    LibConnection(PeerConnectionFactory factory, RTCConfiguration configuration, WebRtcSettings settings, Events events) {
        this.factory = factory;
        this.settings = settings;
        this.events = events;
        this.connection = factory.createPeerConnection(configuration, observer);
    }

    // --- negotiation ---------------------------------------------------------------------------------------------------------

    @Override
    public String answer(String offer, boolean receive, boolean send) throws BadOfferException {
        SdpEditor.check(offer);
        this.receive = receive;
        offered = SdpEditor.media(offer);
        String edited = SdpEditor.preferCodecs(SdpEditor.dropDanglingSsrcGroups(offer), settings.codecPreference());
        edited = SdpEditor.startBitrate(edited, settings.startBitrateKbps());
        RTCSessionDescription remote = new RTCSessionDescription(RTCSdpType.OFFER, edited);
        step("taking the offer", () -> Negotiation.setRemote(connection, remote));
        step("arranging media", () -> {
            arrange(send);
            return CompletableFuture.completedFuture(null);
        });
        RTCSessionDescription local = step("answering", () -> Negotiation.createAnswer(connection));
        requireVideo(local.sdp);
        step("applying the answer", () -> Negotiation.setLocal(connection, local));
        gather();
        String answer = step("reading the answer", () -> {
            OutgoingVideo video = outgoing;
            if (video != null) {
                video.limit(settings.maxBitrateKbps());
            }
            return CompletableFuture.completedFuture(connection.getLocalDescription().sdp);
        });
        return SdpEditor.addPublicCandidates(answer, publicAddresses());
    }

    /** The first video section goes both ways as far as wished; everything else but data is answered inactive. */
    private void arrange(boolean send) {
        Optional<SdpEditor.Media> video = offered.stream().filter(m -> m.isVideo() && !m.rejected()).findFirst();
        if (send && video.filter(SdpEditor.Media::receives).isPresent()) {
            outgoing = new OutgoingVideo(factory, connection);
        }
        boolean first = true;
        for (RTCRtpTransceiver transceiver : connection.getTransceivers()) {
            if (transceiver.stopped()) {
                continue;
            }
            boolean isVideo = transceiver.getReceiver().getTrack() instanceof VideoTrack;
            RTCRtpTransceiverDirection wanted = isVideo && first ? direction(outgoing != null) : RTCRtpTransceiverDirection.INACTIVE;
            first &= !isVideo;
            if (transceiver.getDirection() != wanted) {
                transceiver.setDirection(wanted);
            }
        }
    }

    private RTCRtpTransceiverDirection direction(boolean send) {
        if (send) {
            return receive ? RTCRtpTransceiverDirection.SEND_RECV : RTCRtpTransceiverDirection.SEND_ONLY;
        }
        return receive ? RTCRtpTransceiverDirection.RECV_ONLY : RTCRtpTransceiverDirection.INACTIVE;
    }

    private void requireVideo(String answer) throws BadOfferException {
        List<SdpEditor.Media> answered = SdpEditor.media(answer);
        for (int i = 0; i < Math.min(offered.size(), answered.size()); i++) {
            SdpEditor.Media wish = offered.get(i);
            if (wish.isVideo() && !wish.rejected()) {
                if (answered.get(i).rejected()) {
                    throw new BadOfferException(SdpEditor.noCommonCodec(wish));
                }
                return;
            }
        }
    }

    private void gather() throws BadOfferException {
        try {
            gathered.get(settings.gatherTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.debug("Candidates are still being gathered after {}; answering with those there are", settings.gatherTimeout());
        } catch (InterruptedException e) {
            throw interrupted();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<InetAddress> publicAddresses() {
        List<InetAddress> addresses = new ArrayList<>();
        for (String name : settings.publicAddresses()) {
            try {
                addresses.add(InetAddress.getByName(name)); // each time: addresses behind names change
            } catch (UnknownHostException e) {
                LOG.warn("The public address {} cannot be resolved; answering without it", name);
            }
        }
        return addresses;
    }

    /** Starts something under the lock and waits for it without. */
    private <T> T step(String what, Step<T> step) throws BadOfferException {
        try {
            CompletableFuture<T> result;
            synchronized (calls) {
                if (closed) {
                    throw new BadOfferException("the connection was closed while its offer was answered");
                }
                result = step.start();
            }
            return result.get(STEP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw interrupted();
        } catch (ExecutionException e) {
            throw refused(what, e.getCause());
        } catch (TimeoutException e) {
            throw new BadOfferException(what + " took longer than " + STEP_SECONDS + " s");
        } catch (BadOfferException e) {
            throw e;
        } catch (VirtualMachineError e) {
            throw e;
        } catch (Exception | Error e) { // the library throws plain errors for what it cannot parse
            throw refused(what, e);
        }
    }

    private static BadOfferException refused(String what, Throwable why) {
        String text = String.valueOf(why.getMessage()).replaceAll("\\s+", " ").strip();
        return new BadOfferException(
                what + " failed: " + (text.length() > 200 ? text.substring(0, 200) + "..." : text), why);
    }

    private static BadOfferException interrupted() {
        Thread.currentThread().interrupt();
        return new BadOfferException("the hub is stopping");
    }

    private interface Step<T> {
        CompletableFuture<T> start() throws Exception;
    }

    @Override
    public void addCandidate(String line, Optional<String> mid, Optional<Integer> mLineIndex) throws BadCandidateException {
        int index = mLineIndex.filter(i -> i >= 0 && i < offered.size())
                .orElseGet(() -> mid.map(this::indexOf).filter(i -> i >= 0).orElse(0));
        String section = mid.filter(id -> indexOf(id) >= 0)
                .or(() -> offered.isEmpty() ? Optional.empty() : offered.get(index).mid())
                .orElse("");
        synchronized (calls) {
            if (closed) {
                throw new BadCandidateException("the connection is closed");
            }
            try {
                connection.addIceCandidate(new RTCIceCandidate(section, index, line));
            } catch (VirtualMachineError e) {
                throw e;
            } catch (Exception | Error e) { // the library throws plain errors for what it cannot parse
                throw new BadCandidateException(String.valueOf(e.getMessage()).lines().findFirst().orElse("refused"));
            }
        }
    }

    private int indexOf(String mid) {
        for (int i = 0; i < offered.size(); i++) {
            if (offered.get(i).mid().filter(mid::equals).isPresent()) {
                return i;
            }
        }
        return -1;
    }

    // --- media, messages, numbers ----------------------------------------------------------------------------------------------

    @Override
    public boolean push(WebRtcEngine.Outgoing picture) {
        OutgoingVideo video = outgoing;
        return video != null && video.push(((LibWebRtc.NativeFrame) picture).frame());
    }

    @Override
    public boolean send(String text) {
        Channel to = channel;
        if (to == null) {
            return false;
        }
        synchronized (calls) {
            try {
                return !closed && to.send(text);
            } catch (Exception e) {
                LOG.debug("A message could not be sent: {}", e.toString());
                return false;
            }
        }
    }

    @Override
    public CompletableFuture<ConnectionStats> stats() {
        CompletableFuture<ConnectionStats> result = new CompletableFuture<>();
        synchronized (calls) {
            if (closed) {
                result.complete(ConnectionStats.NONE);
                return result;
            }
            connection.getStats(report -> Quietly.run("Reading statistics", () -> result.complete(Stats.read(report))));
        }
        return result;
    }

    // --- callbacks, on native threads ----------------------------------------------------------------------------------------

    @Override
    public void changed(RTCPeerConnectionState state) {
        events.state(switch (state) {
            case NEW, CONNECTING -> State.CONNECTING;
            case CONNECTED -> State.CONNECTED;
            case DISCONNECTED -> State.DISCONNECTED;
            case FAILED -> State.FAILED;
            case CLOSED -> State.CLOSED;
        });
    }

    @Override
    public void gathered() {
        gathered.complete(null);
    }

    @Override
    public void track(RTCRtpTransceiver transceiver) {
        if (receive && incoming == null && transceiver.getReceiver().getTrack() instanceof VideoTrack track) {
            incoming = new IncomingVideo(track, events);
        }
    }

    @Override
    public void channel(RTCDataChannel opened) {
        Channel wrapped = new Channel(opened);
        boolean accepted;
        synchronized (channels) {
            accepted = channels.size() < MAX_CHANNELS;
            channels.add(wrapped); // those refused are freed with the others
        }
        if (accepted) {
            channel = wrapped;
            wrapped.listen(this);
        } else {
            LOG.debug("A peer opens more than {} data channels; the others are ignored", MAX_CHANNELS);
        }
    }

    @Override
    public void opened(Channel which) {
        if (which == channel) {
            events.channelOpened();
        }
    }

    @Override
    public void closed(Channel which) {
        if (which == channel) {
            events.channelClosed();
        }
    }

    @Override
    public void message(String text) {
        events.message(text);
    }

    // --- the end ---------------------------------------------------------------------------------------------------------------

    /** In the only order that frees everything; see platform notes on webrtc-java 0.14.0 in {@link NativeReferences}. */
    @Override
    public void close() {
        synchronized (calls) {
            if (closed) {
                return;
            }
            closed = true;
            IncomingVideo in = incoming;
            if (in != null) {
                in.close();
            }
            OutgoingVideo out = outgoing;
            if (out != null) {
                out.stop();
            }
            List<Channel> leaving = channels();
            leaving.forEach(Channel::close);
            observer.cut();
            long[] channelAddresses = leaving.stream().mapToLong(Channel::address).toArray();
            long senderAddress = out == null ? 0 : out.senderAddress();
            long address = NativeReferences.address(connection);
            Quietly.run("Closing a connection", connection::close);
            for (int i = 0; i < channelAddresses.length; i++) {
                leaving.get(i).dispose(channelAddresses[i]);
            }
            channels().stream().skip(leaving.size()).forEach(late -> { // came while we were closing
                late.close();
                late.dispose(late.address());
            });
            Quietly.run("Releasing a sender", () -> NativeReferences.release(senderAddress));
            Quietly.run("Releasing a connection", () -> NativeReferences.release(address));
            if (out != null) {
                out.dispose();
            }
        }
    }

    private List<Channel> channels() {
        synchronized (channels) {
            return List.copyOf(channels);
        }
    }
}
