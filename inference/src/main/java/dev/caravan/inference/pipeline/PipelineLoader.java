package dev.caravan.inference.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The loaded pipelines of the hub and the one thread that loads them (contract §1.2, DESIGN "Loaded models").
 *
 * <p>A load request replaces the requested set; loads are serialised and the last request wins; what a session uses stays until its
 * last lease is returned. Thread-safe.
 */
public final class PipelineLoader implements AutoCloseable {

    public PipelineLoader(PipelineRegistry registry, Path modelsFolder, Listener listener) {
        throw new UnsupportedOperationException();
    }

    /** Requests a set. Returns at once; {@link #status()} reads {@code loading} (or {@code loaded}, when nothing changes) from then on. */
    public void load(List<Entry> entries) {
        throw new UnsupportedOperationException();
    }

    public Status status() {
        throw new UnsupportedOperationException();
    }

    /**
     * Takes a chain into use.
     *
     * @param nodeIds the nodes in order, or empty for the default chain: requested preprocessors, the main pipeline requested last,
     *                requested postprocessors
     * @throws PipelineException when one of them is not loaded ({@code Pipeline not loaded. Please load pipeline first.}) or unknown
     */
    public Lease acquire(List<String> nodeIds) throws PipelineException {
        throw new UnsupportedOperationException();
    }

    /** Gives up a running load and frees everything that is not leased. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    /** One requested instance. */
    public record Entry(String nodeId, String pipelineId, Map<String, Object> loadParameters) {}

    /** One loaded instance of a chain. */
    public record Node(String nodeId, PipelineSchema schema, LoadedPipeline loaded, Map<String, Object> loadParameters) {}

    /** A chain in use. Closing it twice is harmless. */
    public interface Lease extends AutoCloseable {

        /** At least one node, in the order frames run through them. */
        List<Node> nodes();

        @Override
        void close();
    }

    /** The contract's words for {@code GET /api/v1/pipeline/status}. */
    public enum State {
        NOT_LOADED,
        LOADING,
        LOADED,
        ERROR
    }

    /**
     * @param pipelineId     node id of the first resident instance
     * @param loadParameters of the first entry of the last request, as sent
     * @param error          why the last load failed; stays until the next load
     * @param stage          text for display while loading
     * @param nodes          resident instances in load order
     */
    public record Status(
            State state,
            Optional<String> pipelineId,
            Optional<Map<String, Object>> loadParameters,
            Optional<String> error,
            Optional<String> stage,
            List<Node> nodes) {}

    /** Hears the life of loads, for events and logs; called on the loader thread. */
    public interface Listener {
        default void loadStarted(Entry entry) {}

        default void loaded(Entry entry, java.time.Duration took) {}

        default void unloaded(Entry entry) {}

        default void failed(Entry entry, String reason) {}
    }
}
