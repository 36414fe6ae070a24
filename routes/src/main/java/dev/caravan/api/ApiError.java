package dev.caravan.api;

/** A refusal with its HTTP status. The message is one line for the client: what is wrong and, where it helps, what to do. */
public final class ApiError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;

    /**
     * @param status 400 to 599
     * @param detail the text of {@code {"detail": ...}}
     */
    public ApiError(int status, String detail) {
        super(detail);
        this.status = status;
    }

    public static ApiError badRequest(String detail) {
        return new ApiError(400, detail);
    }

    public static ApiError notFound(String detail) {
        return new ApiError(404, detail);
    }

    public int status() {
        return status;
    }

    /** A refusal is an answer, not a fault: nobody looks at its stack. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
