package dev.caravan.processors.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who is there: the opener, announced sources, viewers, and whoever sends frames unannounced. Tells when a session without any of them
 * ends, and until when it counts as watched. Thread-safe.
 */
final class Attendance {

    private final long graceNanos;
    private final long idleNanos;
    private final Map<Object, String> viewers = new LinkedHashMap<>();
    private boolean opener;
    private int sources;
    private long lastLeft;
    private long lastWatched;
    private volatile long lastFrame;

    Attendance(SessionLimits limits, boolean openerStays, long nowNanos) {
        graceNanos = limits.closeGrace().toNanos();
        idleNanos = limits.idlePause().toNanos();
        opener = openerStays;
        lastLeft = nowNanos;
        lastWatched = nowNanos;
        lastFrame = nowNanos;
    }

    synchronized void openerLeft(long nowNanos) {
        if (opener) {
            opener = false;
            lastLeft = nowNanos;
        }
    }

    synchronized void sourceCame() {
        sources++;
    }

    synchronized void sourceLeft(long nowNanos) {
        sources--;
        lastLeft = nowNanos;
    }

    /** @return false when there are as many viewers as may be */
    synchronized boolean viewerCame(Object token, String name, int limit) {
        if (viewers.size() >= limit) {
            return false;
        }
        viewers.put(token, name);
        return true;
    }

    synchronized void viewerLeft(Object token, long nowNanos) {
        if (viewers.remove(token) != null) {
            lastLeft = nowNanos;
            lastWatched = nowNanos;
        }
    }

    /** Somebody looked at the newest frame. */
    synchronized void looked(long nowNanos) {
        lastWatched = nowNanos;
    }

    void frameArrived(long nowNanos) {
        lastFrame = nowNanos;
    }

    /** When the session ends if nobody comes; {@link Timing#NEVER} while somebody is there. */
    synchronized long closeAt() {
        return opener || sources > 0 || !viewers.isEmpty() ? Timing.NEVER : Math.max(lastLeft, lastFrame) + graceNanos;
    }

    /** When generating for nobody ends; {@link Timing#NEVER} while somebody watches. */
    synchronized long idleAt() {
        return viewers.isEmpty() ? lastWatched + idleNanos : Timing.NEVER;
    }

    synchronized List<String> viewers() {
        return new ArrayList<>(viewers.values());
    }
}
