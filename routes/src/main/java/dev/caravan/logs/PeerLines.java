package dev.caravan.logs;

import dev.caravan.processors.webrtc.PeerListener;
import dev.caravan.processors.webrtc.PeerOffer;

/** One line when a peer is connected and one when it is gone. */
final class PeerLines implements PeerListener {

    private final LifeCycleLog log;
    private final PeerOffer offer;

    PeerLines(LifeCycleLog log, PeerOffer offer) {
        this.log = log;
        this.offer = offer;
    }

    @Override
    public void connected(String peerId) {
        log.info(line("peer.connected").and("source", offer.source()).and("viewer", offer.viewer()));
        offer.listener().connected(peerId);
    }

    @Override
    public void firstFrame(String peerId) {
        offer.listener().firstFrame(peerId);
    }

    @Override
    public void ended(String peerId, String reason) {
        log.info(line("peer.ended").and("reason", reason));
        offer.listener().ended(peerId, reason);
    }

    private LifeCycleLine line(String event) {
        return LifeCycleLine.of(event).and("peer", offer.peerId()).and("session", offer.sessionId());
    }
}
