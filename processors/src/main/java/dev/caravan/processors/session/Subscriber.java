package dev.caravan.processors.session;

import dev.caravan.inference.frame.Frame;

/**
 * Somebody who takes the output of all sessions: one per {@code inference:} consumer route. Called on a thread of the subscription,
 * in order per session, concurrently for different sessions; a slow subscriber loses its oldest frames (counted) and delays nobody.
 */
public interface Subscriber {

    void frame(Frame frame);

    void event(SessionEvent event);

    default void rejected(FrameRejected rejected) {}

    /** Whether it takes frames at all. Asked once per session. */
    default boolean wantsFrames() {
        return true;
    }

    /** Whether it takes events and rejected frames at all. Asked once per session. */
    default boolean wantsEvents() {
        return true;
    }
}
