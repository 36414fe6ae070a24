package dev.caravan.bench;

import dev.caravan.processors.webrtc.WebRtcSettings;
import dev.onvoid.webrtc.CreateSessionDescriptionObserver;
import dev.onvoid.webrtc.PeerConnectionFactory;
import dev.onvoid.webrtc.PeerConnectionObserver;
import dev.onvoid.webrtc.RTCAnswerOptions;
import dev.onvoid.webrtc.RTCBundlePolicy;
import dev.onvoid.webrtc.RTCConfiguration;
import dev.onvoid.webrtc.RTCDataChannel;
import dev.onvoid.webrtc.RTCIceCandidate;
import dev.onvoid.webrtc.RTCIceGatheringState;
import dev.onvoid.webrtc.RTCPeerConnection;
import dev.onvoid.webrtc.RTCPeerConnectionState;
import dev.onvoid.webrtc.RTCRtpEncodingParameters;
import dev.onvoid.webrtc.RTCRtpSendParameters;
import dev.onvoid.webrtc.RTCRtpSender;
import dev.onvoid.webrtc.RTCRtpTransceiver;
import dev.onvoid.webrtc.RTCSdpType;
import dev.onvoid.webrtc.RTCSessionDescription;
import dev.onvoid.webrtc.SetSessionDescriptionObserver;
import dev.onvoid.webrtc.media.video.CustomVideoSource;
import dev.onvoid.webrtc.media.video.I420Buffer;
import dev.onvoid.webrtc.media.video.NativeI420Buffer;
import dev.onvoid.webrtc.media.video.VideoFrame;
import dev.onvoid.webrtc.media.video.VideoTrack;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One connection of the echo. Ends when the browser's end has gone: seconds after it, because nothing here listens to data channels.
 * Its native references leak (the library's, not ours to mend here): a bench has a few dozen connections.
 */
final class EchoPeer implements PeerConnectionObserver {

    private static final long STEP_SECONDS = 10;

    private final CustomVideoSource source = new CustomVideoSource();
    private final CompletableFuture<Boolean> gathered = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final Executor executor;
    private final RTCPeerConnection connection;
    private final VideoTrack outgoing;

    EchoPeer(PeerConnectionFactory factory, Executor executor) {
        this.executor = executor;
        RTCConfiguration configuration = new RTCConfiguration();
        configuration.bundlePolicy = RTCBundlePolicy.MAX_BUNDLE;
        connection = factory.createPeerConnection(configuration, this);
        outgoing = factory.createVideoTrack("video", source);
    }

    String answer(String offer) throws Exception {
        await(described(observer -> connection.setRemoteDescription(new RTCSessionDescription(RTCSdpType.OFFER, offer), observer)));
        RTCRtpSender sender = connection.addTrack(outgoing, List.of("echo"));
        CompletableFuture<RTCSessionDescription> answer = new CompletableFuture<>();
        connection.createAnswer(new RTCAnswerOptions(), new CreateSessionDescriptionObserver() {
            @Override
            public void onSuccess(RTCSessionDescription description) {
                answer.complete(description);
            }

            @Override
            public void onFailure(String error) {
                answer.completeExceptionally(new IllegalStateException(error));
            }
        });
        RTCSessionDescription local = await(answer);
        await(described(observer -> connection.setLocalDescription(local, observer)));
        limit(sender);
        gathered.completeOnTimeout(false, 2, TimeUnit.SECONDS).join();
        return connection.getLocalDescription().sdp;
    }

    /** The hub's own ceiling: a better picture costs an encoder more, and that is not what is compared. */
    private static void limit(RTCRtpSender sender) {
        RTCRtpSendParameters parameters = sender.getParameters();
        for (RTCRtpEncodingParameters encoding : parameters.encodings) {
            encoding.maxBitrate = WebRtcSettings.DEFAULTS.maxBitrateKbps() * 1000;
        }
        sender.setParameters(parameters);
    }

    @Override
    public void onTrack(RTCRtpTransceiver transceiver) {
        if (transceiver.getReceiver().getTrack() instanceof VideoTrack incoming) {
            incoming.addSink(this::echo);
        }
    }

    /** On a decoding thread of the library, which an exception would end with the whole process. */
    private void echo(VideoFrame frame) {
        try {
            I420Buffer from = frame.buffer instanceof I420Buffer planes ? planes : frame.buffer.toI420();
            NativeI420Buffer to = NativeI420Buffer.allocate(from.getWidth(), from.getHeight());
            int chromaWidth = (from.getWidth() + 1) / 2;
            int chromaHeight = (from.getHeight() + 1) / 2;
            copy(from.getDataY(), from.getStrideY(), to.getDataY(), to.getStrideY(), from.getWidth(), from.getHeight());
            copy(from.getDataU(), from.getStrideU(), to.getDataU(), to.getStrideU(), chromaWidth, chromaHeight);
            copy(from.getDataV(), from.getStrideV(), to.getDataV(), to.getStrideV(), chromaWidth, chromaHeight);
            VideoFrame copy = new VideoFrame(to, frame.timestampNs);
            source.pushFrame(copy);
            copy.release();
        } catch (Throwable e) {
            e.printStackTrace();
        } finally {
            frame.release();
        }
    }

    private static void copy(ByteBuffer from, int fromStride, ByteBuffer to, int toStride, int width, int height) {
        if (fromStride == width && toStride == width) {
            to.put(0, from, 0, width * height);
            return;
        }
        for (int row = 0; row < height; row++) {
            to.put(row * toStride, from, row * fromStride, width);
        }
    }

    @Override
    public void onIceGatheringChange(RTCIceGatheringState state) {
        if (state == RTCIceGatheringState.COMPLETE) {
            gathered.complete(true);
        }
    }

    @Override
    public void onConnectionChange(RTCPeerConnectionState state) {
        if (state == RTCPeerConnectionState.DISCONNECTED || state == RTCPeerConnectionState.FAILED) {
            close();
        }
    }

    @Override
    public void onIceCandidate(RTCIceCandidate candidate) {
        // All of them are in the answer.
    }

    @Override
    public void onDataChannel(RTCDataChannel channel) {
        // Nobody listens.
    }

    /** Never within a callback: the library would wait for itself. */
    private void close() {
        if (closing.compareAndSet(false, true)) {
            executor.execute(connection::close);
        }
    }

    private static CompletableFuture<Boolean> described(Consumer<SetSessionDescriptionObserver> call) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        call.accept(new SetSessionDescriptionObserver() {
            @Override
            public void onSuccess() {
                done.complete(true);
            }

            @Override
            public void onFailure(String error) {
                done.completeExceptionally(new IllegalStateException(error));
            }
        });
        return done;
    }

    private static <T> T await(CompletableFuture<T> step) throws Exception {
        return step.get(STEP_SECONDS, TimeUnit.SECONDS);
    }
}
