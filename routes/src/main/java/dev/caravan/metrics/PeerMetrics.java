package dev.caravan.metrics;

import dev.caravan.processors.session.Sessions;
import dev.caravan.processors.webrtc.PeerSnapshot;
import dev.caravan.processors.webrtc.Peers;
import java.util.DoubleSummaryStatistics;
import java.util.List;

/** Who is connected, and how far away they are. */
final class PeerMetrics {

    private final Sessions sessions;
    private final Peers peers;

    PeerMetrics(Sessions sessions, Peers peers) {
        this.sessions = sessions;
        this.peers = peers;
    }

    List<Scraped> families() {
        return List.of(
                Scraped.gauge("caravan_peers", "WebRTC connections there are now", () -> List.of(Scraped.Row.of(peers.count()))),
                Scraped.gauge("caravan_viewers", "Viewers of all sessions now", () -> List.of(Scraped.Row.of(
                        sessions.all().stream().mapToInt(session -> session.snapshot().viewers().size()).sum()))),
                Scraped.gauge("caravan_peer_round_trip_seconds", "Round trip to the peers of now, as WebRTC measures it", this::roundTrips));
    }

    private List<Scraped.Row> roundTrips() {
        DoubleSummaryStatistics seconds = peers.all().stream()
                .map(PeerSnapshot::rttMillis)
                .flatMapToDouble(millis -> millis.stream())
                .map(millis -> millis / 1000)
                .summaryStatistics();
        return seconds.getCount() == 0
                ? List.of()
                : List.of(Scraped.Row.of(seconds.getAverage(), "of", "mean"), Scraped.Row.of(seconds.getMax(), "of", "worst"));
    }
}
