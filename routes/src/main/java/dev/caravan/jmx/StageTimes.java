package dev.caravan.jmx;

import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.StageTime;
import dev.caravan.processors.session.SessionObserver;
import dev.caravan.processors.session.SessionState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Remembers what the stages of each session's last chunk took, for its bean. Thread-safe. */
public final class StageTimes implements SessionObserver {

    private final Map<String, LastChunk> live = new ConcurrentHashMap<>();

    /** Milliseconds by stage, in the order they ran; empty when the pipelines of the session have no stages. */
    Map<String, Double> of(String sessionId) {
        LastChunk last = live.get(sessionId);
        return last == null ? Map.of() : last.millis();
    }

    @Override
    public OfOne opened(Opened session) {
        LastChunk last = new LastChunk(session.id());
        live.put(session.id(), last);
        return last;
    }

    private final class LastChunk implements OfOne {

        private final String id;
        private volatile List<StageTime> stages = List.of();

        private LastChunk(String id) {
            this.id = id;
        }

        /** Kept as it is: it is made into words when somebody asks. */
        @Override
        public void chunk(int node, long nanos, Chunk chunk) {
            if (!chunk.stages().isEmpty()) {
                stages = chunk.stages();
            }
        }

        @Override
        public void moved(SessionState from, SessionState to) {
            if (to instanceof SessionState.Closed) {
                live.remove(id, this);
            }
        }

        private Map<String, Double> millis() {
            Map<String, Double> millis = new LinkedHashMap<>();
            for (StageTime time : stages) {
                millis.merge(time.stage(), Texts.oneDecimal(time.nanos() / (double) TimeUnit.MILLISECONDS.toNanos(1)), Double::sum);
            }
            return millis;
        }
    }
}
