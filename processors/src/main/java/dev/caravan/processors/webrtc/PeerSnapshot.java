package dev.caravan.processors.webrtc;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One moment of a peer, for people and metrics. Rates are of about the last second in which somebody asked.
 *
 * @param state           {@code connecting}, {@code connected} or {@code interrupted}
 * @param openedMs        milliseconds since the Unix epoch
 * @param framesIn        pictures taken from the peer
 * @param framesOut       pictures pushed to the peer
 * @param framesDropped   pictures of the peer that a slow subscriber lost
 * @param controls        messages of the peer taken as controls
 * @param controlsDropped messages lost because the peer sent too many, too long or useless ones, or watches only
 * @param kbpsIn          video received in kbit/s
 * @param kbpsOut         video sent in kbit/s
 * @param fpsIn           pictures decoded per second
 * @param fpsOut          pictures encoded per second
 * @param codecIn         codec of the video received
 * @param codecOut        codec of the video sent
 * @param rttMillis       round-trip time
 */
public record PeerSnapshot(
        String peerId,
        String sessionId,
        String state,
        boolean source,
        boolean viewer,
        boolean controller,
        long openedMs,
        long framesIn,
        long framesOut,
        long framesDropped,
        long controls,
        long controlsDropped,
        double kbpsIn,
        double kbpsOut,
        double fpsIn,
        double fpsOut,
        Optional<String> codecIn,
        Optional<String> codecOut,
        OptionalDouble rttMillis) {}
