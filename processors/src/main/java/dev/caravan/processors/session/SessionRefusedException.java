package dev.caravan.processors.session;

/** A session, source, viewer or frame was not taken. The message is one line for the client and names the limit or what is missing. */
public final class SessionRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Cause kind;

    public SessionRefusedException(Cause kind, String message) {
        // An answer, not a fault: where it was made helps nobody, and a route that asks every second would fill the log with it.
        super(message, null, false, false);
        this.kind = kind;
    }

    public Cause kind() {
        return kind;
    }

    /** Why, so that each door can choose its answer. */
    public enum Cause {
        /** No such session: 404. */
        UNKNOWN_SESSION,
        /** Nothing suitable is loaded: 400. */
        NOT_LOADED,
        /** A limit is reached: 503 or 429. */
        LIMIT,
        /** The id is taken or malformed: 400. */
        BAD_ID,
        /** The session is closing: 404. */
        CLOSED,
        /** The hub stops and takes nobody new: 503. */
        STOPPING
    }
}
