package dev.caravan.metrics;

import dev.caravan.inference.pipeline.PipelineLoader;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** How often and how long models are loaded. */
public final class ModelMetrics implements PipelineLoader.Listener {

    private static final String OTHER = "unknown";

    private final MeterRegistry registry;
    private final Set<String> pipelines;
    private final AtomicInteger loaded = new AtomicInteger();

    /** @param pipelines ids that exist: a client may ask for any text */
    ModelMetrics(MeterRegistry registry, Set<String> pipelines) {
        this.registry = registry;
        this.pipelines = Set.copyOf(pipelines);
        // All from the start: a rise from nothing to one is seen only where the nothing was.
        pipelines.forEach(this::failures);
        failures(OTHER);
        Gauge.builder("caravan.models.loaded", loaded, AtomicInteger::get)
                .description("Models in memory, those that only await the end of a session included")
                .register(registry);
    }

    @Override
    public void loaded(PipelineLoader.Entry entry, Duration took) {
        loaded.incrementAndGet();
        Timer.builder("caravan.model.load")
                .description("Loads that succeeded and how long they took")
                .tag("pipeline", id(entry))
                .register(registry)
                .record(took);
    }

    @Override
    public void unloaded(PipelineLoader.Entry entry) {
        loaded.decrementAndGet();
    }

    @Override
    public void failed(PipelineLoader.Entry entry, String reason) {
        failures(id(entry)).increment();
    }

    private Counter failures(String pipeline) {
        return Counter.builder("caravan.model.loads.failed")
                .description("Loads that failed")
                .tag("pipeline", pipeline)
                .register(registry);
    }

    private String id(PipelineLoader.Entry entry) {
        return pipelines.contains(entry.pipelineId()) ? entry.pipelineId() : OTHER;
    }
}
