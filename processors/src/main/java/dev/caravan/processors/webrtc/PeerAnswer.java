package dev.caravan.processors.webrtc;

/**
 * The answer to an offer.
 *
 * @param sdp complete, with all candidates of the hub, because the contract has no other way to tell them
 */
public record PeerAnswer(String peerId, String sdp) {}
