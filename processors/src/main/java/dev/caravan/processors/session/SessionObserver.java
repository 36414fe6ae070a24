package dev.caravan.processors.session;

import dev.caravan.inference.pipeline.Chunk;
import java.util.List;

/**
 * Watches what all sessions do, for metrics and traces. It is told of every frame, on the thread that has it in hand: an implementation
 * returns at once, throws nothing and is thread-safe. What it needs of a session - counters for its pipelines, for example - it looks up
 * once, in {@link #opened}, and not for every frame. A {@link SessionTracer} that hangs on it follows single frames.
 */
public interface SessionObserver {

    /** Watches nothing. */
    SessionObserver NONE = new SessionObserver() {};

    /** A session begins; what is to hear the rest of it. */
    default OfOne opened(Opened session) {
        return OfOne.NONE;
    }

    /**
     * A generated frame was handed to who sends it: once, however many are to get it.
     *
     * @param micros microseconds since the input it was made from came into the hub, or since it was made from nothing; at least 0
     */
    default void sent(Exit exit, String sessionId, long sequence, long micros) {}

    /** Who follows single frames; nobody unless {@linkplain #with given}. */
    default SessionTracer tracer() {
        return SessionTracer.NONE;
    }

    /** The same, with somebody who follows single frames. */
    default SessionObserver with(SessionTracer tracer) {
        SessionObserver counts = this;
        return new SessionObserver() {
            @Override
            public OfOne opened(Opened session) {
                return counts.opened(session);
            }

            @Override
            public void sent(Exit exit, String sessionId, long sequence, long micros) {
                counts.sent(exit, sessionId, sequence, micros);
            }

            @Override
            public SessionTracer tracer() {
                return tracer;
            }
        };
    }

    /**
     * What is known when a session begins.
     *
     * @param door      the entrance it was opened through
     * @param pipelines ids of the registry along its chain; never what a client made up
     * @param main      which of them gives it its name
     */
    record Opened(String id, Control.Door door, List<String> pipelines, int main) {

        public String mainPipeline() {
            return pipelines.get(main);
        }
    }

    /** Watches one session. */
    interface OfOne {

        /** Watches nothing. */
        OfOne NONE = new OfOne() {};

        /**
         * A frame came in, whether it will be used or not.
         *
         * @param glassMicros microseconds from its capture to its arrival, by two clocks that may differ, so perhaps below 0; exactly 0 when
         *                    its sender told no time
         */
        default void frameIn(Entrance entrance, long sequence, long glassMicros) {}

        /** Frames are not used, or do not reach one of the subscribers. */
        default void dropped(Drops.Cause cause, long frames) {}

        /** A generated frame leaves the session. */
        default void frameOut(long sequence, long chunk) {}

        /**
         * A node of the chain made a chunk.
         *
         * @param node  its place in {@link Opened#pipelines}
         * @param nanos how long that took
         */
        default void chunk(int node, long nanos, Chunk made) {}

        /** A node of the chain failed to make a chunk. */
        default void chunkFailed(int node) {}

        /** A control was taken into the session's log. */
        default void controlApplied(Control.Door door) {}

        /** A control had keys that were refused; the others may have been taken. */
        default void controlRejected(Control.Door door) {}

        /** The session moves on. It begins in Opening; Closed is the last that is heard of it, frames on their way excepted. */
        default void moved(SessionState from, SessionState to) {}
    }
}
