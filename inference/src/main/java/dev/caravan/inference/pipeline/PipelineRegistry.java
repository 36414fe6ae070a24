package dev.caravan.inference.pipeline;

import java.util.List;
import java.util.Optional;

/** The pipelines this hub knows, in the order they are listed to clients. Immutable, thread-safe. */
public final class PipelineRegistry {

    private final List<Pipeline> pipelines;

    public PipelineRegistry(List<Pipeline> pipelines) {
        this.pipelines = List.copyOf(pipelines);
    }

    public List<Pipeline> all() {
        return pipelines;
    }

    public Optional<Pipeline> find(String id) {
        return pipelines.stream().filter(p -> p.id().equals(id)).findFirst();
    }
}
