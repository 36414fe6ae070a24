package dev.caravan.inference.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A kind of picture maker that can be loaded: a model family, or one of the built-in ones that need no model. Stateless, thread-safe. */
public interface Pipeline {

    /** What it is called, what it can do and which settings it has. */
    PipelineSchema schema();

    /** The id clients load it by, for example {@code longlive}. */
    default String id() {
        return schema().id();
    }

    /**
     * The files it needs on disk and does not find; none, unless it says otherwise.
     *
     * @return one line per missing file, relative to the models folder; empty when it can be loaded now
     */
    default List<String> missingFiles(Path modelsFolder) {
        return List.of();
    }

    /** Why it can never be loaded by this build, whatever files there are; empty for one that can. */
    default Optional<String> unavailable() {
        return Optional.empty();
    }

    /**
     * Loads weights and builds graphs. Slow; called on a loader thread, never twice at once for the whole hub.
     *
     * @throws PipelineException    with one line for the person who asked: what is missing or wrong and what to do
     * @throws InterruptedException when the load was given up
     */
    LoadedPipeline load(LoadRequest request, Progress progress) throws PipelineException, InterruptedException;
}
