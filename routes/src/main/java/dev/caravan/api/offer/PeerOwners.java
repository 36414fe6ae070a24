package dev.caravan.api.offer;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The names of the principals that peers belong to, for as long as they live. Thread-safe. */
public final class PeerOwners {

    private final Map<String, String> names = new ConcurrentHashMap<>();

    void came(String peerId, String name) {
        names.put(peerId, name);
    }

    void left(String peerId) {
        names.remove(peerId);
    }

    /** Whose a peer is; empty when there is none of that id. */
    public Optional<String> of(String peerId) {
        return Optional.ofNullable(names.get(peerId));
    }

    /** How many peers somebody has. */
    public long count(String name) {
        return names.values().stream().filter(name::equals).count();
    }
}
