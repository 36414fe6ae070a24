package dev.caravan.processors.webrtc.libwebrtc;

import dev.caravan.processors.webrtc.ConnectionStats;
import dev.onvoid.webrtc.RTCStats;
import dev.onvoid.webrtc.RTCStatsReport;
import dev.onvoid.webrtc.RTCStatsType;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Reads the few numbers we show out of the library's report (W3C webrtc-stats names). */
final class Stats {

    private Stats() {}

    static ConnectionStats read(RTCStatsReport report) {
        Map<String, RTCStats> all = report.getStats();
        long bytesIn = 0;
        long bytesOut = 0;
        long decoded = 0;
        long encoded = 0;
        Optional<String> codecIn = Optional.empty();
        Optional<String> codecOut = Optional.empty();
        OptionalDouble rtt = OptionalDouble.empty();
        for (RTCStats each : all.values()) {
            Map<String, Object> of = each.getAttributes();
            if (each.getType() == RTCStatsType.INBOUND_RTP && "video".equals(of.get("kind"))) {
                bytesIn += number(of, "bytesReceived");
                decoded += number(of, "framesDecoded");
                codecIn = codec(all, of);
            } else if (each.getType() == RTCStatsType.OUTBOUND_RTP && "video".equals(of.get("kind"))) {
                bytesOut += number(of, "bytesSent");
                encoded += number(of, "framesEncoded");
                codecOut = codec(all, of);
            } else if (each.getType() == RTCStatsType.CANDIDATE_PAIR
                    && Boolean.TRUE.equals(of.get("nominated"))
                    && of.get("currentRoundTripTime") instanceof Number seconds) {
                rtt = OptionalDouble.of(seconds.doubleValue() * 1000);
            }
        }
        return new ConnectionStats(bytesIn, bytesOut, decoded, encoded, codecIn, codecOut, rtt);
    }

    private static long number(Map<String, Object> of, String name) {
        return of.get(name) instanceof Number number ? number.longValue() : 0;
    }

    private static Optional<String> codec(Map<String, RTCStats> all, Map<String, Object> of) {
        return Optional.ofNullable(of.get("codecId"))
                .map(id -> all.get(String.valueOf(id)))
                .map(codec -> codec.getAttributes().get("mimeType"))
                .map(mime -> String.valueOf(mime).substring(String.valueOf(mime).indexOf('/') + 1));
    }
}
