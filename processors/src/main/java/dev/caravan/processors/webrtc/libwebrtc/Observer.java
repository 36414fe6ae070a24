package dev.caravan.processors.webrtc.libwebrtc;

import dev.onvoid.webrtc.PeerConnectionObserver;
import dev.onvoid.webrtc.RTCDataChannel;
import dev.onvoid.webrtc.RTCIceCandidate;
import dev.onvoid.webrtc.RTCIceGatheringState;
import dev.onvoid.webrtc.RTCPeerConnectionState;
import dev.onvoid.webrtc.RTCRtpTransceiver;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a connection tells, on the library's signalling thread. The library may keep this object longer than the connection lives, so
 * it is tiny and cut loose on close.
 */
final class Observer implements PeerConnectionObserver {

    private volatile @Nullable Target target;

    Observer(Target target) {
        this.target = target;
    }

    void cut() {
        target = null;
    }

    private void tell(String what, Consumer<Target> call) {
        Target to = target;
        if (to != null) {
            Quietly.run(what, () -> call.accept(to));
        }
    }

    @Override
    public void onConnectionChange(RTCPeerConnectionState state) {
        tell("A change of state", to -> to.changed(state));
    }

    @Override
    public void onIceGatheringChange(RTCIceGatheringState state) {
        if (state == RTCIceGatheringState.COMPLETE) {
            tell("The end of gathering", Target::gathered);
        }
    }

    @Override
    public void onIceCandidate(RTCIceCandidate candidate) {
        tell("A candidate", to -> to.candidate(candidate));
    }

    @Override
    public void onDataChannel(RTCDataChannel channel) {
        tell("A data channel", to -> to.channel(channel));
    }

    @Override
    public void onTrack(RTCRtpTransceiver transceiver) {
        tell("A track", to -> to.track(transceiver));
    }

    /** Copies, hands over, returns; calls nothing that waits for the signalling thread. */
    interface Target {

        void changed(RTCPeerConnectionState state);

        void gathered();

        default void candidate(RTCIceCandidate candidate) {}

        void channel(RTCDataChannel channel);

        void track(RTCRtpTransceiver transceiver);
    }
}
