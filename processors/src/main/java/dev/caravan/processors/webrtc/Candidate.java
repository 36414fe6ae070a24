package dev.caravan.processors.webrtc;

import java.util.Optional;

/**
 * An ICE candidate as a client sent it: hostile.
 *
 * @param line       the candidate attribute with or without {@code candidate:} in front; empty means that there are no more
 * @param mid        id of its media section
 * @param mLineIndex number of its media section
 */
public record Candidate(String line, Optional<String> mid, Optional<Integer> mLineIndex) {

    /** A candidate that names no media section: taken for the first one. */
    public static Candidate of(String line) {
        return new Candidate(line, Optional.empty(), Optional.empty());
    }
}
