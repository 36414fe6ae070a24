/**
 * WebRTC peers and the Camel component {@code webrtc:}.
 *
 * <p>{@link dev.caravan.processors.webrtc.Peers} answers offers, keeps the peers, hands their frames and controls to subscribers and
 * sends pictures and messages to them; {@link dev.caravan.processors.webrtc.Peer} is one of them and holds the transition table of its
 * life. Read these two first. The component is a thin layer over {@code Peers}: its consumer is one subscriber, its producer pushes.
 * What a WebRTC library has to do for us is the small interface {@link dev.caravan.processors.webrtc.WebRtcEngine} with
 * {@link dev.caravan.processors.webrtc.Connection}; the one implementation lives in the package {@code libwebrtc}, and no native
 * handle leaves it.
 */
@NullMarked
package dev.caravan.processors.webrtc;

import org.jspecify.annotations.NullMarked;
