package dev.caravan.inference.pipeline;

import dev.caravan.inference.frame.Picture;

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

    /** A picture still in its file format; pipelines take pixels. Costs the chunk. */
    public static PipelineException notDecoded(Picture.Encoded encoded) {
        return new PipelineException("a pipeline takes decoded pictures; decode this " + encoded.contentType() + " first", false);
    }

    /** Whether the stream (or the load) is lost; otherwise only this chunk is skipped. */
    public boolean fatal() {
        return fatal;
    }
}
