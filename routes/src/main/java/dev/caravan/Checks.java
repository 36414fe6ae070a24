package dev.caravan;

import dev.caravan.api.Check;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.processors.kafka.KafkaHealth;
import dev.caravan.processors.kafka.KafkaHub;
import dev.caravan.processors.session.Sessions;
import dev.caravan.processors.webrtc.Peers;
import dev.caravan.processors.webrtc.WebRtcUnavailableException;
import dev.caravan.processors.webrtc.libwebrtc.LibWebRtc;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What {@code /health} says of each part. */
final class Checks {

    private final Optional<KafkaHub> kafka;
    private final Peers peers;
    private final Sessions sessions;
    private final PipelineLoader loader;
    /** The library is loaded at start, aside: the first offer need not wait for it, and health knows whether it works. */
    private final CompletableFuture<Optional<String>> webrtcTrouble = CompletableFuture.supplyAsync(Checks::loadWebRtc);

    Checks(Optional<KafkaHub> kafka, Peers peers, Sessions sessions, PipelineLoader loader) {
        this.kafka = kafka;
        this.peers = peers;
        this.sessions = sessions;
        this.loader = loader;
    }

    List<Check.Part> parts() {
        return List.of(
                new Check.Part("kafka", this::kafka),
                new Check.Part("webrtc", this::webrtc),
                new Check.Part("sessions", () -> Check.up(Map.of(
                        "live", sessions.all().size(),
                        "frames_dropped_in_cool_down", sessions.framesDroppedInCoolDown()))),
                new Check.Part("pipeline", this::pipeline));
    }

    private Check kafka() {
        if (kafka.isEmpty()) {
            return Check.off();
        }
        KafkaHealth.Status status = kafka.get().status();
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("bootstrap_servers", kafka.get().bootstrapServers());
        detail.put("since", status.since().toString());
        status.reason().ifPresent(reason -> detail.put("reason", reason));
        detail.put("counts", kafka.get().counts());
        // The hub goes on without Kafka, and whoever watches it shall not take it for dead.
        return new Check(status.reachable() ? "up" : "degraded", detail);
    }

    private Check webrtc() {
        return webrtcTrouble.getNow(Optional.empty()).map(Check::down).orElseGet(() -> Check.up(Map.of("peers", peers.count())));
    }

    private Check pipeline() {
        PipelineLoader.Status status = loader.status();
        Map<String, Object> detail = new LinkedHashMap<>();
        status.pipelineId().ifPresent(id -> detail.put("id", id));
        status.error().ifPresent(error -> detail.put("error", error));
        return new Check(status.state().name().toLowerCase(Locale.ROOT), detail);
    }

    private static Optional<String> loadWebRtc() {
        try {
            LibWebRtc.load();
            return Optional.empty();
        } catch (WebRtcUnavailableException e) {
            return Optional.of(e.getMessage());
        }
    }
}
