package dev.caravan.api.ice;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One entry of the list that {@code new RTCPeerConnection({iceServers})} takes.
 *
 * @param urls       at least one, {@code stun:}, {@code turn:} or {@code turns:}
 * @param username   of a TURN server
 * @param credential of a TURN server
 */
public record IceServer(List<String> urls, Optional<String> username, Optional<String> credential) {

    /** Google's public STUN server: what clients of the contract fall back to as well. */
    public static final IceServer PUBLIC_STUN = stun("stun:stun.l.google.com:19302");

    public IceServer {
        urls = List.copyOf(urls);
        if (urls.isEmpty()) {
            throw new IllegalArgumentException("an ICE server needs at least one URL");
        }
    }

    public static IceServer stun(String url) {
        return new IceServer(List.of(url), Optional.empty(), Optional.empty());
    }

    /** JSON for browsers. Absent keys are left out: a browser turns null into the user name "null". */
    public Map<String, Object> json() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("urls", urls);
        username.ifPresent(u -> out.put("username", u));
        credential.ifPresent(c -> out.put("credential", c));
        return out;
    }

    @Override
    public String toString() {
        return "IceServer" + urls; // never the credential: this ends up in logs
    }
}
