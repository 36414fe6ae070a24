package dev.caravan.metrics;

import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.StageTime;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** What the chunks of one pipeline add up to, over all sessions. Thread-safe. */
final class PipelineMeters {

    private final MeterRegistry registry;
    private final String pipeline;
    private final Counter framesOut;
    private final Counter failed;
    private final Timer total;
    /** By the names that the pipeline's code gives them. */
    private final Map<String, Timer> stages = new ConcurrentHashMap<>();

    PipelineMeters(MeterRegistry registry, String pipeline) {
        this.registry = registry;
        this.pipeline = pipeline;
        framesOut = Counter.builder("caravan.frames.out")
                .description("Generated frames that left their session, by its main pipeline")
                .tag("pipeline", pipeline)
                .register(registry);
        failed = Counter.builder("caravan.chunks.failed")
                .description("Chunks that could not be made")
                .tag("pipeline", pipeline)
                .register(registry);
        total = stage("total");
    }

    void frameOut() {
        framesOut.increment();
    }

    void failed() {
        failed.increment();
    }

    void chunk(long nanos, Chunk made) {
        total.record(nanos, TimeUnit.NANOSECONDS);
        List<StageTime> times = made.stages();
        // Most pipelines have none, and make a chunk of every frame: not even an iterator is made for them.
        for (int i = 0; i < times.size(); i++) {
            StageTime time = times.get(i);
            stages.computeIfAbsent(time.stage(), this::stage).record(time.nanos(), TimeUnit.NANOSECONDS);
        }
    }

    private Timer stage(String name) {
        return Buckets.work(registry, "caravan.chunk", "Making a chunk: the whole, and its stages where the pipeline has some",
                "pipeline", pipeline, "stage", name);
    }
}
