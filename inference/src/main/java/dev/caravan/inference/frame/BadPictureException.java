package dev.caravan.inference.frame;

/** A picture that cannot be used. The message is one line for the person who sent it: what is wrong and what is accepted. */
public final class BadPictureException extends Exception {

    private static final long serialVersionUID = 1L;

    public BadPictureException(String message) {
        super(message);
    }

    public BadPictureException(String message, Throwable cause) {
        super(message, cause);
    }
}
