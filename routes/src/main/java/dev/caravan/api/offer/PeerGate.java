package dev.caravan.api.offer;

import dev.caravan.processors.webrtc.BadOfferException;
import dev.caravan.processors.webrtc.PeerAnswer;
import dev.caravan.processors.webrtc.PeerOffer;

/** Where peers come in: {@link dev.caravan.processors.webrtc.Peers#accept}. */
@FunctionalInterface
public interface PeerGate {

    PeerAnswer accept(PeerOffer offer) throws BadOfferException;
}
