package dev.caravan.processors.webrtc;

import java.time.Duration;
import java.util.List;

/**
 * How the hub speaks WebRTC.
 *
 * @param udpPortMin       lowest UDP port for media, or 0 for any; one port per peer and address
 * @param udpPortMax       highest UDP port for media, or 0 for any
 * @param publicAddresses  addresses (IPv4, IPv6 or host names) under which peers reach this machine besides its own; added as host
 *                         candidates to every answer, with the ports of the real ones
 * @param codecPreference  names of video codecs in the order wished ({@code H264}, {@code VP8}, ...); empty keeps the offer's order
 * @param iceServers       STUN and TURN servers for the hub itself; none by default, because a server seldom needs one and a silent
 *                         one delays every answer by {@code gatherTimeout}
 * @param gatherTimeout    how long an answer waits for candidates at most
 * @param connectTimeout   how long after the answer a peer may take to connect
 * @param disconnectGrace  how long a connected peer may be unreachable before it is ended
 * @param maxBitrateKbps   ceiling of the video sent to one peer in kbit/s, or 0 for the library's own (about 1700 at 512x512)
 * @param startBitrateKbps what a peer is first sent before its bandwidth is measured, in kbit/s, or 0 for the library's own (300)
 */
public record WebRtcSettings(
        int udpPortMin,
        int udpPortMax,
        List<String> publicAddresses,
        List<String> codecPreference,
        List<IceServer> iceServers,
        Duration gatherTimeout,
        Duration connectTimeout,
        Duration disconnectGrace,
        int maxBitrateKbps,
        int startBitrateKbps) {

    /** Any port, no server of others, and a picture that is good from the first half second on in a local network. */
    public static final WebRtcSettings DEFAULTS = new WebRtcSettings(
            0,
            0,
            List.of(),
            List.of(),
            List.of(),
            Duration.ofSeconds(2),
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            4000,
            2000);

    public WebRtcSettings {
        if (udpPortMin < 0 || udpPortMax > 65535 || udpPortMin > udpPortMax || (udpPortMin == 0) != (udpPortMax == 0)) {
            throw new IllegalArgumentException("UDP ports are MIN-MAX within 1-65535, or 0-0 for any; " + udpPortMin + "-" + udpPortMax
                    + " given");
        }
        if (maxBitrateKbps < 0 || startBitrateKbps < 0) {
            throw new IllegalArgumentException("bitrates are in kbit/s and not negative; " + maxBitrateKbps + " and " + startBitrateKbps
                    + " given");
        }
        publicAddresses = List.copyOf(publicAddresses);
        codecPreference = List.copyOf(codecPreference);
        iceServers = List.copyOf(iceServers);
    }

    public WebRtcSettings withUdpPorts(int min, int max) {
        return new WebRtcSettings(min, max, publicAddresses, codecPreference, iceServers, gatherTimeout, connectTimeout,
                disconnectGrace, maxBitrateKbps, startBitrateKbps);
    }

    public WebRtcSettings withPublicAddresses(List<String> addresses) {
        return new WebRtcSettings(udpPortMin, udpPortMax, addresses, codecPreference, iceServers, gatherTimeout, connectTimeout,
                disconnectGrace, maxBitrateKbps, startBitrateKbps);
    }

    public WebRtcSettings withCodecPreference(List<String> codecs) {
        return new WebRtcSettings(udpPortMin, udpPortMax, publicAddresses, codecs, iceServers, gatherTimeout, connectTimeout,
                disconnectGrace, maxBitrateKbps, startBitrateKbps);
    }

    public WebRtcSettings withIceServers(List<IceServer> servers) {
        return new WebRtcSettings(udpPortMin, udpPortMax, publicAddresses, codecPreference, servers, gatherTimeout, connectTimeout,
                disconnectGrace, maxBitrateKbps, startBitrateKbps);
    }

    public WebRtcSettings withTimes(Duration gather, Duration connect, Duration disconnect) {
        return new WebRtcSettings(udpPortMin, udpPortMax, publicAddresses, codecPreference, iceServers, gather, connect, disconnect,
                maxBitrateKbps, startBitrateKbps);
    }

    public WebRtcSettings withBitrates(int startKbps, int maxKbps) {
        return new WebRtcSettings(udpPortMin, udpPortMax, publicAddresses, codecPreference, iceServers, gatherTimeout, connectTimeout,
                disconnectGrace, maxKbps, startKbps);
    }
}
