package dev.caravan.processors.webrtc;

/**
 * Somebody wants to connect.
 *
 * @param peerId    a fresh id; not taken by a live peer
 * @param sessionId the session it belongs to from now on
 * @param sdp       the offer: hostile
 * @param source    whether its video is taken
 * @param viewer    whether it is sent the session's pictures
 * @param controls  whether messages on its data channel are controls; a peer that only watches has them refused
 * @param listener  told what becomes of it
 */
public record PeerOffer(
        String peerId, String sessionId, String sdp, boolean source, boolean viewer, boolean controls, PeerListener listener) {}
