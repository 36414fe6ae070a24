package dev.caravan;

import dev.caravan.processors.session.Sessions;
import dev.caravan.processors.webrtc.Peers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last minutes of a hub: it is not ready any more and takes nobody new, peers are told, and sessions go on until they end by
 * themselves, the time is over or somebody is in a hurry. Thread-safe.
 */
final class Drain {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

    /** Why it was over. */
    enum End {
        /** No session is left, or none was there. */
        EMPTY,
        /** Sessions that still run are ended by whoever waited. */
        TIME_OVER,
        /** {@link Drain#cut} */
        CUT
    }

    private final Sessions sessions;
    private final Peers peers;
    private final Duration limit;
    private final CompletableFuture<End> end = new CompletableFuture<>();
    private volatile boolean begun;

    /** @param limit how long sessions may go on; zero begins and ends at once */
    Drain(Sessions sessions, Peers peers, Duration limit) {
        this.sessions = sessions;
        this.peers = peers;
        this.limit = limit;
    }

    /** Whether the hub has stopped taking sessions. */
    boolean begun() {
        return begun;
    }

    /** Ends it at once; one that has not begun yet will not wait. */
    void cut() {
        end.complete(End.CUT);
    }

    /** Begins it and waits for its end. */
    End await() {
        begun = true;
        CompletableFuture<Void> empty = sessions.drain();
        if (limit.isZero()) {
            end.complete(End.TIME_OVER);
        } else if (!empty.isDone() && !end.isDone()) {
            LOG.info("Stopping: {} sessions may go on for {} s", sessions.all().size(), limit.toSeconds());
            peers.announceStop(limit);
        }
        empty.thenRun(() -> end.complete(End.EMPTY));
        return end.completeOnTimeout(End.TIME_OVER, limit.toMillis(), TimeUnit.MILLISECONDS).join();
    }
}
