package dev.caravan.api.ice;

import dev.caravan.processors.webrtc.IceServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Gives out short-lived TURN credentials. */
@FunctionalInterface
public interface TurnSource {

    /**
     * Asks for new credentials; blocks for some seconds at most.
     *
     * @throws IOException with one line that names the provider and what it said, without secrets
     */
    Grant fetch() throws IOException, InterruptedException;

    /**
     * @param servers  at least one
     * @param lifetime how long the credentials are good, from now
     */
    record Grant(List<IceServer> servers, Duration lifetime) {}
}
