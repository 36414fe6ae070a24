package dev.caravan.processors.webrtc;

/** A candidate that cannot be used. The message begins with {@code Invalid ICE candidate: } and is one line for the client. */
public final class BadCandidateException extends Exception {

    private static final long serialVersionUID = 1L;

    public BadCandidateException(String why) {
        super("Invalid ICE candidate: " + why);
    }
}
