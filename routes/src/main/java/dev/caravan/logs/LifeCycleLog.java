package dev.caravan.logs;

import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.processors.kafka.BrokerListener;
import dev.caravan.processors.session.Subscriber;
import dev.caravan.processors.webrtc.PeerOffer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Writes the life of the hub to the logger {@value #NAME}: {@code hub.starting}, {@code .started}, {@code .stopping}, {@code .stopped};
 * {@code session.opening}, {@code .streaming}, {@code .paused}, {@code .closing}, {@code .closed}; {@code peer.connected}, {@code .ended};
 * {@code model.loading}, {@code .loaded}, {@code .failed}, {@code .abandoned}, {@code .unloaded}; {@code kafka.up}, {@code .down};
 * {@code routes.active}, {@code .stale}, {@code .failed}, {@code .gone}. What went
 * wrong is a warning, all else information. Thread-safe.
 */
public final class LifeCycleLog {

    /** Name of the logger. */
    public static final String NAME = "caravan.lifecycle";

    private final Logger log;

    /** Writes to the log of the process. */
    public LifeCycleLog() {
        this(LogManager.getLogger(NAME));
    }

    LifeCycleLog(Logger log) {
        this.log = log;
    }

    /** Something that went as it should. */
    public void info(LifeCycleLine line) {
        log.info(line);
    }

    /** Something that somebody should look at. */
    public void warn(LifeCycleLine line) {
        log.warn(line);
    }

    /** To be subscribed to all sessions. */
    public Subscriber sessions() {
        return new SessionLines(this);
    }

    /** The offer with a listener that writes before it tells the one that was there. */
    public PeerOffer peer(PeerOffer offer) {
        return new PeerOffer(
                offer.peerId(), offer.sessionId(), offer.sdp(), offer.source(), offer.viewer(), offer.controls(),
                new PeerLines(this, offer));
    }

    /** Writes about loads. */
    public PipelineLoader.Listener models() {
        return new ModelLines(this);
    }

    /** Writes when Kafka comes and goes. */
    public BrokerListener kafka() {
        return new BrokerListener() {
            @Override
            public void up(String bootstrapServers) {
                info(LifeCycleLine.of("kafka.up").and("servers", bootstrapServers));
            }

            @Override
            public void down(String bootstrapServers, String reason) {
                warn(LifeCycleLine.of("kafka.down").and("servers", bootstrapServers).and("reason", reason));
            }
        };
    }
}
