package dev.caravan.api;

import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionSnapshot;
import dev.caravan.processors.webrtc.PeerSnapshot;
import dev.caravan.security.Principal;
import dev.caravan.security.Role;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A session as JSON: the hub's own form with its peers, and the contract's metrics. */
final class SessionJson {

    private SessionJson() {}

    /** @param reader operators also see who opened it */
    static Map<String, Object> of(Session session, List<PeerSnapshot> peers, Principal reader) {
        SessionSnapshot now = session.snapshot();
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("id", now.id());
        out.put("opener", now.opener());
        if (reader.role().covers(Role.OPERATOR)) {
            out.put("principal", Ownership.of(session).orElse(null));
        }
        out.put("state", now.state());
        out.put("opened_at", now.openedMs() / 1000.0);
        out.put("elapsed_seconds", now.elapsedSeconds());
        out.put("pipelines", now.pipelines());
        out.put("notes", session.notes());
        out.put("mode", now.mode());
        out.put("prompts", session.parameters().getOrDefault("prompts", List.of()));
        out.put("width", now.width());
        out.put("height", now.height());
        out.put("sources", now.sources());
        out.put("active_source", now.activeSource().orElse(null));
        out.put("viewers", now.viewers());
        out.put("outputs", now.outputs());
        out.put("frames_in", now.framesIn());
        out.put("frames_out", now.framesOut());
        out.put("dropped", now.dropped());
        out.put("chunks", now.chunks());
        out.put("controls", now.controls());
        out.put("fps_in", oneDecimal(now.fpsIn()));
        out.put("fps_out", oneDecimal(now.fpsOut()));
        out.put("pipeline_fps", oneDecimal(now.pipelineFps()));
        out.put("error", now.error().orElse(null));
        out.put("peers", peers.stream().filter(peer -> peer.sessionId().equals(now.id())).map(SessionJson::peer).toList());
        return out;
    }

    /** The contract's counters of one session. */
    static Map<String, Object> metrics(Session session, boolean headless) {
        SessionSnapshot now = session.snapshot();
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("frames_in", now.framesIn());
        out.put("frames_out", now.framesOut());
        out.put("elapsed_seconds", oneDecimal(now.elapsedSeconds()));
        out.put("fps_in", oneDecimal(now.fpsIn()));
        out.put("fps_out", oneDecimal(now.fpsOut()));
        out.put("pipeline_fps", oneDecimal(now.pipelineFps()));
        out.put("output_sinks", Map.of());
        out.put("input_source_enabled", false);
        out.put("input_source_type", null);
        out.put("relay_mode", false);
        if (headless) {
            out.put("headless", true);
        }
        return out;
    }

    private static Map<String, Object> peer(PeerSnapshot peer) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("id", peer.peerId());
        out.put("state", peer.state());
        out.put("source", peer.source());
        out.put("viewer", peer.viewer());
        out.put("controller", peer.controller());
        out.put("frames_in", peer.framesIn());
        out.put("frames_out", peer.framesOut());
        out.put("kbps_in", oneDecimal(peer.kbpsIn()));
        out.put("kbps_out", oneDecimal(peer.kbpsOut()));
        out.put("fps_in", oneDecimal(peer.fpsIn()));
        out.put("fps_out", oneDecimal(peer.fpsOut()));
        out.put("codec_in", peer.codecIn().orElse(null));
        out.put("codec_out", peer.codecOut().orElse(null));
        out.put("rtt_ms", peer.rttMillis().isPresent() ? oneDecimal(peer.rttMillis().getAsDouble()) : null);
        return out;
    }

    private static double oneDecimal(double value) {
        return Math.round(value * 10) / 10.0;
    }
}
