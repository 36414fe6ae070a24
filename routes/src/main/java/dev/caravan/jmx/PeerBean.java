package dev.caravan.jmx;

import dev.caravan.processors.webrtc.PeerSnapshot;
import dev.caravan.processors.webrtc.Peers;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** See {@link PeerMXBean}. Thread-safe. */
final class PeerBean implements PeerMXBean {

    private final String id;
    private final Peers peers;
    private final Recent<PeerSnapshot> now;

    PeerBean(String id, Peers peers, InstantSource clock) {
        this.id = id;
        this.peers = peers;
        this.now = new Recent<>(() -> peers.find(id).orElseThrow(this::gone), clock);
    }

    @Override
    public String getId() {
        return id;
    }

    @Override
    public String getSession() {
        return now.get().sessionId();
    }

    @Override
    public String getState() {
        return now.get().state();
    }

    @Override
    public String getRole() {
        PeerSnapshot peer = now.get();
        List<String> roles = new ArrayList<>();
        if (peer.source()) {
            roles.add("source");
        }
        if (peer.viewer()) {
            roles.add("viewer");
        }
        if (peer.controller()) {
            roles.add("controls");
        }
        return String.join(", ", roles);
    }

    @Override
    public long getFramesIn() {
        return now.get().framesIn();
    }

    @Override
    public long getFramesOut() {
        return now.get().framesOut();
    }

    @Override
    public long getFramesDropped() {
        return now.get().framesDropped();
    }

    @Override
    public double getFpsIn() {
        return Texts.oneDecimal(now.get().fpsIn());
    }

    @Override
    public double getFpsOut() {
        return Texts.oneDecimal(now.get().fpsOut());
    }

    @Override
    public double getKbpsIn() {
        return Texts.oneDecimal(now.get().kbpsIn());
    }

    @Override
    public double getKbpsOut() {
        return Texts.oneDecimal(now.get().kbpsOut());
    }

    @Override
    public @Nullable String getCodecIn() {
        return now.get().codecIn().orElse(null);
    }

    @Override
    public @Nullable String getCodecOut() {
        return now.get().codecOut().orElse(null);
    }

    @Override
    public @Nullable Double getRttMillis() {
        OptionalDouble rtt = now.get().rttMillis();
        return rtt.isPresent() ? Texts.oneDecimal(rtt.getAsDouble()) : null;
    }

    @Override
    public void disconnect() {
        if (!peers.close(id, "disconnected by an operator")) {
            throw gone();
        }
    }

    private IllegalStateException gone() {
        return new IllegalStateException("peer " + id + " is gone");
    }
}
