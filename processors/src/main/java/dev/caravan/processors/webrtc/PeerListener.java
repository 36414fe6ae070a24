package dev.caravan.processors.webrtc;

/**
 * Told what becomes of one peer. Called on a thread of {@link Peers}, one call at a time; may call {@link Peers} and may block for a
 * short time. An exception is logged and changes nothing.
 */
public interface PeerListener {

    /** Nobody cares. */
    PeerListener NONE = new PeerListener() {};

    /** Media can flow. Once, however often the connection is interrupted later. */
    default void connected(String peerId) {}

    /** The first picture of the peer has arrived. */
    default void firstFrame(String peerId) {}

    /** The peer is gone and everything of it is freed. Exactly once for each accepted offer; never for a refused one. */
    default void ended(String peerId, String reason) {}
}
