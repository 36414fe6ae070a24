package dev.caravan.security;

import dev.caravan.config.Settings;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * How many sessions and peers one principal may have. What is being opened counts already, so that two requests at once do not share the
 * last place. Thread-safe.
 */
public final class PrincipalLimits {

    /** For a hub without such limits. */
    public static final PrincipalLimits NONE = new PrincipalLimits(new Settings.PerPrincipal(0, 0, 0), name -> 0, name -> 0);

    private final Kind sessions;
    private final Kind peers;

    /** A place that is taken until what it is for exists, or does not come to exist. */
    public interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /** A limit is reached; the message is one line for the client and names it. */
    public static final class Reached extends Exception {
        private static final long serialVersionUID = 1L;

        Reached(String message) {
            super(message);
        }
    }

    /**
     * @param openSessions   how many sessions the principal of a name has opened that live
     * @param connectedPeers how many peers it has
     */
    public PrincipalLimits(
            Settings.PerPrincipal limits, ToLongFunction<String> openSessions, ToLongFunction<String> connectedPeers) {
        sessions = new Kind(limits.sessions(), "sessions open", "--max-sessions-each", openSessions);
        peers = new Kind(limits.peers(), "peers connected", "--max-viewers-each", connectedPeers);
    }

    /** Takes a place for a session that is about to be opened; to be closed when it is, or failed to be. */
    public Place session(Principal principal) throws Reached {
        return sessions.take(principal.name());
    }

    /** The same for a peer. */
    public Place peer(Principal principal) throws Reached {
        return peers.take(principal.name());
    }

    private static final class Kind {
        private final int most;
        private final String what;
        private final String option;
        private final ToLongFunction<String> existing;
        private final Map<String, Integer> coming = new HashMap<>();

        Kind(int most, String what, String option, ToLongFunction<String> existing) {
            this.most = most;
            this.what = what;
            this.option = option;
            this.existing = existing;
        }

        synchronized Place take(String name) throws Reached {
            if (most == 0) {
                return () -> {};
            }
            if (existing.applyAsLong(name) + coming.getOrDefault(name, 0) >= most) {
                throw new Reached("You have " + most + " " + what + " already, which is all that " + option + " allows: end one first");
            }
            coming.merge(name, 1, Integer::sum);
            return new Taken(name);
        }

        private synchronized void done(String name) {
            coming.computeIfPresent(name, (who, count) -> Optional.of(count - 1).filter(left -> left > 0).orElse(null));
        }

        private final class Taken implements Place {
            private final String name;
            private boolean closed;

            Taken(String name) {
                this.name = name;
            }

            @Override
            public synchronized void close() {
                if (!closed) {
                    closed = true;
                    done(name);
                }
            }
        }
    }
}
