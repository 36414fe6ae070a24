package dev.caravan.api.ice;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The list handed to browsers, always non-empty: the fixed servers of the settings, else the provider's short-lived ones, else public
 * STUN. Credentials are renewed when three quarters of their life are over, so that nobody gets one about to end; when the provider
 * fails, the old ones are used while they last, then STUN, and it is asked again after a while. Thread-safe.
 */
public final class IceServers {

    private static final Logger LOG = LoggerFactory.getLogger(IceServers.class);

    /** A provider that is down is not asked for every browser. */
    static final Duration RETRY = Duration.ofSeconds(30);

    private final List<IceServer> fixed;
    private final Optional<TurnSource> source;
    private final InstantSource clock;

    private List<IceServer> granted = List.of();
    private Instant renewAt = Instant.MIN;
    private Instant endsAt = Instant.MIN;

    public IceServers(List<IceServer> fixed, Optional<TurnSource> source, InstantSource clock) {
        this.fixed = List.copyOf(fixed);
        this.source = source;
        this.clock = clock;
    }

    /** The servers to use now. May ask the provider, so it may block for some seconds: never call it on an event loop. */
    public List<IceServer> current() {
        if (!fixed.isEmpty()) {
            return fixed;
        }
        return source.map(this::granted).orElse(List.of(IceServer.PUBLIC_STUN));
    }

    // Holding the lock while asking is wanted: ten browsers at once cause one question.
    private synchronized List<IceServer> granted(TurnSource turn) {
        Instant now = clock.instant();
        if (!now.isBefore(renewAt)) {
            renew(turn, now);
        }
        return now.isBefore(endsAt) ? granted : List.of(IceServer.PUBLIC_STUN);
    }

    private void renew(TurnSource turn, Instant now) {
        try {
            TurnSource.Grant grant = turn.fetch();
            granted = List.copyOf(grant.servers());
            endsAt = now.plus(grant.lifetime());
            renewAt = now.plus(grant.lifetime().multipliedBy(3).dividedBy(4));
        } catch (IOException e) {
            LOG.warn("No TURN credentials, browsers get STUN only: {}", e.getMessage());
            renewAt = now.plus(RETRY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
