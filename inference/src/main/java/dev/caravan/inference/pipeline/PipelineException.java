package dev.caravan.inference.pipeline;

/** A load or a chunk failed. The message is one line for a person: what happened and what to do. */
public final class PipelineException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean fatal;

    public PipelineException(String message, boolean fatal) {
        super(message);
        this.fatal = fatal;
    }

    public PipelineException(String message, boolean fatal, Throwable cause) {
        super(message, cause);
        this.fatal = fatal;
    }

    /** Whether the stream (or the load) is lost; otherwise only this chunk is skipped. */
    public boolean fatal() {
        return fatal;
    }
}
