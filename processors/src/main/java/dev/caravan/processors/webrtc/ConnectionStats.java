package dev.caravan.processors.webrtc;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Counters of a connection since it began.
 *
 * @param bytesIn   payload bytes of video received
 * @param bytesOut  payload bytes of video sent
 * @param decoded   pictures decoded
 * @param encoded   pictures encoded
 * @param codecIn   for example {@code VP8}
 * @param codecOut  for example {@code H264}
 * @param rttMillis round-trip time
 */
public record ConnectionStats(
        long bytesIn,
        long bytesOut,
        long decoded,
        long encoded,
        Optional<String> codecIn,
        Optional<String> codecOut,
        OptionalDouble rttMillis) {

    public static final ConnectionStats NONE =
            new ConnectionStats(0, 0, 0, 0, Optional.empty(), Optional.empty(), OptionalDouble.empty());
}
