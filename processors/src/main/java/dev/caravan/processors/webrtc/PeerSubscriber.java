package dev.caravan.processors.webrtc;

import dev.caravan.inference.frame.Frame;
import dev.caravan.processors.session.Control;

/**
 * Somebody who takes what all peers send: one per {@code webrtc:} consumer route. Called on its own executor, in order per peer,
 * concurrently for different peers; a slow one loses the oldest frames of that peer (counted) and delays nobody.
 */
public interface PeerSubscriber {

    /** Whether {@link #frame} does something; when no subscriber wants frames none are copied out of native memory. */
    default boolean wantsFrames() {
        return true;
    }

    /** A picture that arrived just now. */
    void frame(Frame frame);

    /** A message of a peer that may control its session: a JSON object, not validated. */
    void control(Control control);
}
