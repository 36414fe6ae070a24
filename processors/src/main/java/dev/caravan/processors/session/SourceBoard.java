package dev.caravan.processors.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which of a session's sources is the active one: of those that are alive, the one whose first frame came last. A source is alive until
 * it has been silent for the limit; then the one that started before it takes over, and gives way again when it comes back. So two
 * live sources never alternate frame by frame. A control may pin one. Thread-safe.
 */
final class SourceBoard {

    /** More names than this at once are somebody inventing names. */
    static final int MAX_SOURCES = 64;

    private static final class Source {
        private int attachments;
        private long startOrder;
        private long lastFrame = -1;
    }

    private final long silenceNanos;
    private final long forgetNanos;
    private final Map<String, Source> sources = new LinkedHashMap<>();
    private long starts;
    private Optional<String> active = Optional.empty();
    private Optional<String> pinned = Optional.empty();

    /**
     * @param silenceNanos how long a source may be silent and still be alive
     * @param forgetNanos  how long a source that nobody attached is listed after its last frame
     */
    SourceBoard(long silenceNanos, long forgetNanos) {
        this.silenceNanos = silenceNanos;
        this.forgetNanos = forgetNanos;
    }

    /** @return false when there are too many already */
    synchronized boolean attach(String name, long nowNanos) {
        Source source = find(name, nowNanos);
        if (source == null) {
            return false;
        }
        source.attachments++;
        return true;
    }

    synchronized void detach(String name) {
        Source source = sources.get(name);
        if (source != null && --source.attachments <= 0) {
            sources.remove(name);
        }
    }

    /** @return false when it is from one source too many */
    synchronized boolean frameArrived(String name, long nowNanos) {
        Source source = find(name, nowNanos);
        if (source == null) {
            return false;
        }
        if (source.lastFrame < 0) {
            source.startOrder = ++starts;
        }
        source.lastFrame = nowNanos;
        return true;
    }

    synchronized void pin(Optional<String> name) {
        pinned = name;
    }

    /** The source whose frames are used now; the last one when all are silent. */
    synchronized Optional<String> active(long nowNanos) {
        if (pinned.isPresent()) {
            active = pinned;
            return active;
        }
        String best = null;
        long bestStart = 0;
        for (Map.Entry<String, Source> entry : sources.entrySet()) {
            Source source = entry.getValue();
            boolean alive = source.lastFrame >= 0 && nowNanos - source.lastFrame <= silenceNanos;
            if (alive && source.startOrder > bestStart) {
                bestStart = source.startOrder;
                best = entry.getKey();
            }
        }
        if (best != null && !best.equals(active.orElse(null))) {
            active = Optional.of(best);
        }
        return active;
    }

    synchronized List<String> names(long nowNanos) {
        forgetTheSilent(nowNanos);
        return new ArrayList<>(sources.keySet());
    }

    private Source find(String name, long nowNanos) {
        Source source = sources.get(name);
        if (source == null) {
            if (sources.size() >= MAX_SOURCES) {
                forgetTheSilent(nowNanos);
            }
            if (sources.size() >= MAX_SOURCES) {
                return null;
            }
            source = new Source();
            sources.put(name, source);
        }
        return source;
    }

    private void forgetTheSilent(long nowNanos) {
        sources.values().removeIf(s -> s.attachments == 0 && nowNanos - s.lastFrame > forgetNanos);
    }
}
