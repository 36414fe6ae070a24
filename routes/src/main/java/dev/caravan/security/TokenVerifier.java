package dev.caravan.security;

import java.util.Optional;

/** Knows one kind of bearer token. Thread-safe. */
public interface TokenVerifier {

    /**
     * Who a token belongs to; empty when it is not of this kind, expired or wrong. Never tells why to a caller; logs what an operator has
     * to know.
     */
    Optional<Principal> verify(String token);

    /** Whether {@link #verify} may have to fetch something for this token, so that it must not be called on an event loop. */
    default boolean mayBlock(String token) {
        return false;
    }
}
