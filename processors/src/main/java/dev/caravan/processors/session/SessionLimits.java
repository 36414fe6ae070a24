package dev.caravan.processors.session;

import java.time.Duration;

/**
 * Limits of sessions; a refusal names the one that was hit.
 *
 * @param sessions        live sessions at once
 * @param viewers         viewers of one session
 * @param heldBytes       pixel bytes of one session that the hub and its routes may hold at once
 * @param closeGrace      how long a session outlives its opener, last source and last viewer
 * @param idlePause       how long a text-mode session generates with nobody watching
 * @param sourceSilence   how long the active source may be silent before an older one takes over
 * @param reopenCoolDown  how long Kafka frames for a session closed by hand are dropped
 */
public record SessionLimits(
        int sessions,
        int viewers,
        long heldBytes,
        Duration closeGrace,
        Duration idlePause,
        Duration sourceSilence,
        Duration reopenCoolDown) {

    public static final SessionLimits DEFAULTS = new SessionLimits(
            32,
            100,
            256L << 20,
            Duration.ofSeconds(5),
            Duration.ofSeconds(60),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10));
}
