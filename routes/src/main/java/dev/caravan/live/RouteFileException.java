package dev.caravan.live;

/** A route file cannot be used. The message is one line for its author; {@link Faults#line} adds where it is known. */
final class RouteFileException extends Exception {

    private static final long serialVersionUID = 1L;

    RouteFileException(String message) {
        super(message);
    }

    /** @param line from 1; 0 when it is not known */
    static RouteFileException at(int line, String message) {
        return new RouteFileException(line > 0 ? "line " + line + ": " + message : message);
    }

    /** An answer for a person: nobody looks at its stack. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
