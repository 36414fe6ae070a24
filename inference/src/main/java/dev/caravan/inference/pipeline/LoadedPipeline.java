package dev.caravan.inference.pipeline;

/** A pipeline on its device: weights and graphs, read-only, shared by all sessions. Thread-safe. */
public interface LoadedPipeline extends AutoCloseable {

    /** Opens one session's private state. Cheap. */
    PipelineStream open(SessionSeed seed) throws PipelineException;

    /** Frees weights and graphs. All streams are closed before. */
    @Override
    void close();
}
