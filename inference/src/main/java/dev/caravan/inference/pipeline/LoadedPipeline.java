package dev.caravan.inference.pipeline;

import java.util.List;

/** A pipeline on its device: weights and graphs, read-only, shared by all sessions. Thread-safe. */
public interface LoadedPipeline extends AutoCloseable {

    /** Opens one session's private state. Cheap. */
    PipelineStream open(SessionSeed seed) throws PipelineException;

    /**
     * What people who use it should know: what was left out, or that its weights are random. For status and log, one line each.
     */
    default List<String> notes() {
        return List.of();
    }

    /** The adapters a client asked for at load, in its order. */
    default List<LoadedAdapter> adapters() {
        return List.of();
    }

    /** Frees weights and graphs. All streams are closed before. */
    @Override
    void close();
}
