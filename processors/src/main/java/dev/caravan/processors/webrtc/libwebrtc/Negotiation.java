package dev.caravan.processors.webrtc.libwebrtc;

import dev.onvoid.webrtc.CreateSessionDescriptionObserver;
import dev.onvoid.webrtc.RTCAnswerOptions;
import dev.onvoid.webrtc.RTCOfferOptions;
import dev.onvoid.webrtc.RTCPeerConnection;
import dev.onvoid.webrtc.RTCSessionDescription;
import dev.onvoid.webrtc.SetSessionDescriptionObserver;
import java.util.concurrent.CompletableFuture;

/** The library's calls about descriptions as futures. A failure completes them with {@link NegotiationException}. */
final class Negotiation {

    private Negotiation() {}

    static CompletableFuture<Void> setRemote(RTCPeerConnection connection, RTCSessionDescription description) {
        SetResult result = new SetResult();
        connection.setRemoteDescription(description, result);
        return result.future;
    }

    static CompletableFuture<Void> setLocal(RTCPeerConnection connection, RTCSessionDescription description) {
        SetResult result = new SetResult();
        connection.setLocalDescription(description, result);
        return result.future;
    }

    static CompletableFuture<RTCSessionDescription> createAnswer(RTCPeerConnection connection) {
        CreateResult result = new CreateResult();
        connection.createAnswer(new RTCAnswerOptions(), result);
        return result.future;
    }

    static CompletableFuture<RTCSessionDescription> createOffer(RTCPeerConnection connection) {
        CreateResult result = new CreateResult();
        connection.createOffer(new RTCOfferOptions(), result);
        return result.future;
    }

    /** What the library says. */
    static final class NegotiationException extends Exception {
        private static final long serialVersionUID = 1L;

        NegotiationException(String message) {
            super(message);
        }
    }

    private static final class SetResult implements SetSessionDescriptionObserver {
        private final CompletableFuture<Void> future = new CompletableFuture<>();

        @Override
        public void onSuccess() {
            future.complete(null);
        }

        @Override
        public void onFailure(String error) {
            future.completeExceptionally(new NegotiationException(error));
        }
    }

    private static final class CreateResult implements CreateSessionDescriptionObserver {
        private final CompletableFuture<RTCSessionDescription> future = new CompletableFuture<>();

        @Override
        public void onSuccess(RTCSessionDescription description) {
            future.complete(description);
        }

        @Override
        public void onFailure(String error) {
            future.completeExceptionally(new NegotiationException(error));
        }
    }
}
