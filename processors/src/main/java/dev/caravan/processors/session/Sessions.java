package dev.caravan.processors.session;

import dev.caravan.inference.frame.PictureDecoder;
import dev.caravan.inference.pipeline.PipelineLoader;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** All live sessions. Thread-safe. */
public final class Sessions implements AutoCloseable {

    public Sessions(PipelineLoader loader, PictureDecoder decoder, SessionLimits limits, InstantSource clock) {
        throw new UnsupportedOperationException();
    }

    /**
     * Opens a session; it is streaming (or about to) when this returns.
     *
     * @throws SessionRefusedException when a limit is reached, nothing is loaded or the id is taken
     */
    public Session open(SessionRequest request) throws SessionRefusedException {
        throw new UnsupportedOperationException();
    }

    /** A live session. */
    public Optional<Session> find(String id) {
        throw new UnsupportedOperationException();
    }

    /** All live sessions, oldest first. */
    public List<Session> all() {
        throw new UnsupportedOperationException();
    }

    /**
     * Ends a session by hand.
     *
     * @return false when there is none of that id
     */
    public boolean close(String id, String reason) {
        throw new UnsupportedOperationException();
    }

    /** Subscribes to the output of all sessions, present and future. Closing the result unsubscribes. */
    public Session.Attachment subscribe(String name, Subscriber subscriber) {
        throw new UnsupportedOperationException();
    }

    /** Ends all sessions and waits for their threads, bounded. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
