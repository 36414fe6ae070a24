package dev.caravan.processors.webrtc;

import java.util.List;
import java.util.Optional;

/**
 * A STUN or TURN server.
 *
 * @param urls       for example {@code stun:stun.example.org:3478} or {@code turn:turn.example.org:3478?transport=udp}
 * @param username   for TURN
 * @param credential for TURN
 */
public record IceServer(List<String> urls, Optional<String> username, Optional<String> credential) {

    public IceServer {
        urls = List.copyOf(urls);
    }

    /** A server that asks for no credentials. */
    public static IceServer of(String url) {
        return new IceServer(List.of(url), Optional.empty(), Optional.empty());
    }
}
