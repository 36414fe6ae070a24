package dev.caravan.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads the group WebRTC. */
final class WebRtcReader {

    /** What the native library can send, by the names SDP has for them. */
    private static final List<String> CODECS = List.of("VP8", "VP9", "H264", "AV1");

    private final Values values;

    private WebRtcReader(Values values) {
        this.values = values;
    }

    static Settings.WebRtc read(Values values) throws ConfigException {
        return new WebRtcReader(values).webrtc();
    }

    private Settings.WebRtc webrtc() throws ConfigException {
        List<String> turnUrls = values.list(Option.TURN_URL);
        Optional<Settings.Turn> turn = turnUrls.isEmpty()
                ? Optional.empty()
                : Optional.of(new Settings.Turn(
                        turnUrls, values.find(Option.TURN_USERNAME), values.secret(Option.TURN_CREDENTIAL)));
        Optional<Settings.Twilio> twilio = values.find(Option.TWILIO_ACCOUNT_SID)
                .flatMap(sid -> values.secret(Option.TWILIO_AUTH_TOKEN).map(token -> new Settings.Twilio(sid, token)));
        return new Settings.WebRtc(
                udpPorts(),
                publicAddresses(),
                codecs(),
                (int) values.number(Option.MAX_BITRATE_KBPS, 100, 100_000),
                values.text(Option.STUN_URL),
                hubStunUrl(),
                turn,
                values.address(Option.TURN_BROKER, "https://turn.example.org/credentials"),
                twilio);
    }

    private Optional<String> hubStunUrl() throws ConfigException {
        Optional<String> url = values.find(Option.HUB_STUN_URL);
        if (url.isPresent() && !url.get().matches("stuns?:[^\\s/]+")) {
            throw values.bad(Option.HUB_STUN_URL, url.get(), "use an address like stun:stun.example.org:3478");
        }
        return url;
    }

    private List<String> codecs() throws ConfigException {
        List<String> codecs = values.list(Option.CODEC).stream().map(name -> name.toUpperCase(Locale.ROOT)).toList();
        if (!CODECS.containsAll(codecs)) {
            throw values.bad(Option.CODEC, values.text(Option.CODEC), "choose among " + String.join(", ", CODECS));
        }
        return codecs;
    }

    private List<String> publicAddresses() throws ConfigException {
        List<String> addresses = values.list(Option.PUBLIC_ADDRESS);
        for (String address : addresses) {
            if (!address.matches("[A-Za-z0-9.:-]+")) {
                throw values.bad(Option.PUBLIC_ADDRESS, address, "use an address like 203.0.113.7 or a host name");
            }
        }
        return addresses;
    }

    private Optional<Settings.PortRange> udpPorts() throws ConfigException {
        Optional<String> text = values.find(Option.UDP_PORTS);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        String[] ends = text.get().split("-", 2);
        try {
            int min = Integer.parseInt(ends[0].strip());
            int max = Integer.parseInt(ends[1].strip());
            if (1 <= min && min <= max && max <= 65535) {
                return Optional.of(new Settings.PortRange(min, max));
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            // Said below, with the two other ways to get it wrong.
        }
        throw values.bad(Option.UDP_PORTS, text.get(), "write it as 50000-50100");
    }
}
