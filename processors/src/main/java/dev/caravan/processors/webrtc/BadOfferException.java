package dev.caravan.processors.webrtc;

/** An offer that cannot be answered. The message is one line for the client. Nothing is left of the attempt. */
public final class BadOfferException extends Exception {

    private static final long serialVersionUID = 1L;

    public BadOfferException(String message) {
        super(message);
    }

    public BadOfferException(String message, Throwable cause) {
        super(message, cause);
    }
}
