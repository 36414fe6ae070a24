package dev.caravan.api.ice;

import dev.caravan.processors.webrtc.IceServer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /** Google's public STUN server: what clients of the contract fall back to as well. */
    public static final IceServer PUBLIC_STUN = IceServer.of("stun:stun.l.google.com:19302");

    /** A provider that is down is not asked for every browser. */
    static final Duration RETRY = Duration.ofSeconds(30);

    private final List<IceServer> fixed;
    private final Optional<TurnSource> source;
    private final IceServer fallback;
    private final InstantSource clock;

    private List<IceServer> granted = List.of();
    private Instant renewAt = Instant.MIN;
    private Instant endsAt = Instant.MIN;

    /**
     * @param fixed    servers of the settings; they win over the source
     * @param source   gives short-lived credentials
     * @param fallback for want of both, usually {@link #PUBLIC_STUN}
     */
    public IceServers(List<IceServer> fixed, Optional<TurnSource> source, IceServer fallback, InstantSource clock) {
        this.fixed = List.copyOf(fixed);
        this.source = source;
        this.fallback = fallback;
        this.clock = clock;
    }

    /** The servers to use now. May ask the provider, so it may block for some seconds: never call it on an event loop. */
    public List<IceServer> current() {
        if (!fixed.isEmpty()) {
            return fixed;
        }
        return source.map(this::granted).orElse(List.of(fallback));
    }

    /** The list as browsers take it. Absent keys are left out: a browser turns null into the user name "null". */
    public static List<Map<String, Object>> json(List<IceServer> servers) {
        return servers.stream().map(IceServers::json).toList();
    }

    private static Map<String, Object> json(IceServer server) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("urls", server.urls());
        server.username().ifPresent(name -> out.put("username", name));
        server.credential().ifPresent(credential -> out.put("credential", credential));
        return out;
    }

    // Holding the lock while asking is wanted: ten browsers at once cause one question.
    private synchronized List<IceServer> granted(TurnSource turn) {
        Instant now = clock.instant();
        if (!now.isBefore(renewAt)) {
            renew(turn, now);
        }
        return now.isBefore(endsAt) ? granted : List.of(fallback);
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
