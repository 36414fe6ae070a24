package dev.caravan.processors.session;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.processors.TraceContext;
import java.util.List;
import java.util.Optional;

/**
 * Follows some frames, chunks and controls on their way through the hub, where a {@link SessionObserver} counts all of them. What is
 * followed carries a {@link TraceContext} in its origin; for all else the calls do nothing. Called on the thread that has it in hand: an
 * implementation returns at once, throws nothing and is thread-safe.
 */
public interface SessionTracer {

    /** Follows nothing. */
    SessionTracer NONE = new SessionTracer() {};

    /** A session begins; who follows what is in it. */
    default OfOne opened(SessionObserver.Opened session) {
        return OfOne.NONE;
    }

    /** A generated frame is handed to who sends it: once, however many are to get it. */
    default Departure leaving(Exit exit, Frame frame) {
        return Departure.NONE;
    }

    /** Follows what is in one session. */
    interface OfOne {

        /** Follows nothing. */
        OfOne NONE = new OfOne() {};

        /**
         * A frame came in.
         *
         * @return the frame to go on with: itself, or one that carries that it is followed
         */
        default Frame arrived(Entrance entrance, Frame frame) {
            return frame;
        }

        /** A frame is not used, or does not reach one of the subscribers. */
        default void dropped(Drops.Cause cause, Frame frame) {}

        /**
         * A control came in.
         *
         * @param awaited whether a chunk is going to use it
         */
        default void control(Control control, Session.Receipt receipt, boolean awaited) {}

        /**
         * A chunk begins. On the session's own thread.
         *
         * @param in     what it is made from; empty when it is made from nothing
         * @param offset of the newest control that is in force for it, or -1
         */
        default OfChunk chunk(long chunk, List<Frame> in, long offset) {
            return OfChunk.NONE;
        }
    }

    /** Follows one chunk, on the thread that makes it. */
    interface OfChunk {

        /** Follows nothing. */
        OfChunk NONE = new OfChunk() {};

        /** Where its frames come from: the same, or one that carries that they are followed. */
        default Origin origin(Origin origin) {
            return origin;
        }

        /** See {@link SessionObserver.OfOne#chunk}. */
        default void ran(int node, long nanos, Chunk made) {}

        /**
         * The last that is heard of it.
         *
         * @param whole whether it was made; else it failed
         */
        default void over(int framesOut, boolean whole) {}
    }

    /** Follows one frame that is sent. One of the two is called, on any thread. */
    interface Departure {

        /** Follows nothing. */
        Departure NONE = new Departure() {};

        /** What goes along with the frame. */
        default Optional<TraceContext> context() {
            return Optional.empty();
        }

        default void sent() {}

        /** @param why in a few words of ours */
        default void lost(String why) {}
    }
}
