package dev.caravan.processors.webrtc.libwebrtc;

import dev.onvoid.webrtc.PeerConnectionFactory;
import dev.onvoid.webrtc.RTCPeerConnection;
import dev.onvoid.webrtc.RTCRtpEncodingParameters;
import dev.onvoid.webrtc.RTCRtpSendParameters;
import dev.onvoid.webrtc.RTCRtpSender;
import dev.onvoid.webrtc.media.video.CustomVideoSource;
import dev.onvoid.webrtc.media.video.VideoFrame;
import dev.onvoid.webrtc.media.video.VideoTrack;
import java.util.List;

/**
 * The video sent to one peer. Pictures are pushed by any thread; the lock keeps them from a source that is gone, and nothing else is
 * done under it.
 */
final class OutgoingVideo {

    /** All tracks of the hub are in one stream, because clients take the first stream of a track. */
    private static final List<String> STREAM = List.of("caravan");

    private final CustomVideoSource source = new CustomVideoSource();
    private final VideoTrack track;
    private final RTCRtpSender sender;
    private final Object pushing = new Object();
    private boolean closed;

    /** Joins the first offered video section whose sender has no track yet. After the remote description is set. */
    OutgoingVideo(PeerConnectionFactory factory, RTCPeerConnection connection) {
        track = factory.createVideoTrack("video", source);
        boolean added = false;
        try {
            sender = connection.addTrack(track, STREAM);
            added = true;
        } finally {
            if (!added) {
                dispose();
            }
        }
    }

    void limit(int maxKbps) {
        if (maxKbps > 0) {
            RTCRtpSendParameters parameters = sender.getParameters();
            for (RTCRtpEncodingParameters encoding : parameters.encodings) {
                encoding.maxBitrate = Math.multiplyExact(maxKbps, 1000);
            }
            sender.setParameters(parameters);
        }
    }

    boolean push(VideoFrame frame) {
        synchronized (pushing) {
            if (closed) {
                return false;
            }
            source.pushFrame(frame);
            return true;
        }
    }

    /** No picture reaches the library after this. */
    void stop() {
        synchronized (pushing) {
            closed = true;
        }
    }

    /** Read while the connection is open, released after it is closed. */
    long senderAddress() {
        return NativeReferences.address(sender);
    }

    /** After the connection is closed and the sender released. */
    void dispose() {
        stop();
        if (NativeReferences.leak()) {
            Quietly.run("Releasing a track", () -> NativeReferences.release(NativeReferences.address(track)));
        } else {
            Quietly.run("Disposing of a track", track::dispose);
        }
        Quietly.run("Disposing of a video source", source::dispose);
    }
}
