package dev.caravan.live;

import java.time.Duration;
import java.util.Optional;

/**
 * One route of the hub.
 *
 * @param file      name of the file it came with; empty for the hub's own
 * @param state     {@code started}, {@code stopped} or {@code suspended}
 * @param mean      of an exchange's time
 * @param lastError of the last exchange that failed and was not handled by the route itself, in one line
 */
public record RouteState(
        String id, Optional<String> file, String state, Duration uptime, Exchanges exchanges, Duration mean, Optional<String> lastError) {

    /** Exchanges since the route was made. */
    public record Exchanges(long total, long completed, long failed, long inflight) {

        static final Exchanges NONE = new Exchanges(0, 0, 0, 0);
    }
}
