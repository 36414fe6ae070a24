package dev.caravan.inference.pipeline;

import dev.caravan.inference.checkpoint.Names;
import dev.caravan.inference.frame.Picture;
import java.util.List;

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

    /**
     * A load parameter that is not what it has to be. What was sent is told back short and printable: anybody may send anything.
     *
     * @param rule for example {@code base_seed must be a whole number of at least 0}
     */
    public static PipelineException wrongValue(String rule, Object given) {
        return new PipelineException(rule + "; " + Names.shown(String.valueOf(given)) + " given", true);
    }

    /** A load that found files missing. Names no folder of this machine, as the text goes to every client. */
    public static PipelineException missingFiles(String id, List<String> files) {
        return new PipelineException(
                id + " misses model files: " + String.join(", ", files) + ". Download them with POST /api/v1/models/download"
                        + " {\"pipeline_id\":\"" + id + "\"} or ./caravan models download " + id
                        + ", or copy them into the hub's models folder (<data folder>/models).",
                true);
    }

    /** Whether the stream (or the load) is lost; otherwise only this chunk is skipped. */
    public boolean fatal() {
        return fatal;
    }
}
