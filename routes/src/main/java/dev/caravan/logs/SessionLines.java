package dev.caravan.logs;

import dev.caravan.inference.frame.Frame;
import dev.caravan.processors.session.SessionEvent;
import dev.caravan.processors.session.Subscriber;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One line per step of a session's life; its last line also has the numbers of the whole. */
final class SessionLines implements Subscriber {

    private final LifeCycleLog log;
    /** What the event before the last one said, until the last one comes. */
    private final Map<String, Map<String, Object>> ended = new ConcurrentHashMap<>();

    SessionLines(LifeCycleLog log) {
        this.log = log;
    }

    @Override
    public boolean wantsFrames() {
        return false;
    }

    @Override
    public void frame(Frame frame) {}

    @Override
    public void event(SessionEvent event) {
        switch (event.type()) {
            case STATE -> state(event.sessionId(), event.data());
            case STREAM_STOPPED -> ended.put(event.sessionId(), event.data());
            case APPLIED, REJECTED, PARAMETERS_UPDATED, CHUNK, PLAYBACK_READY, FRAME_REJECTED, ERROR -> {
                // Not the life of a session but what it does.
            }
        }
    }

    private void state(String session, Map<String, Object> data) {
        String to = String.valueOf(data.get("to"));
        LifeCycleLine line = LifeCycleLine.of("session." + to)
                .and("session", session)
                .and("from", data.get("from"))
                .and("reason", data.get("reason"))
                .and("pipelines", data.get("pipeline_ids"))
                .and("user", data.get("user_id"))
                .and("connection", data.get("connection_id"));
        if (!to.equals("closed")) {
            log.info(line);
            return;
        }
        Map<String, Object> sum = ended.getOrDefault(session, Map.of());
        ended.remove(session);
        line = line.and("frames_in", sum.get("frames_in")).and("frames_out", sum.get("frames_out"));
        Object error = sum.get("error_message");
        if (error == null) {
            log.info(line);
        } else {
            log.warn(line.and("error", error));
        }
    }
}
