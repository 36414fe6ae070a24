package dev.caravan.logs;

import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.inference.pipeline.PipelineLoader.Entry;
import java.time.Duration;

/** One line per step of a load. Load parameters are left out: {@code caravan.events} and the API have them. */
final class ModelLines implements PipelineLoader.Listener {

    private final LifeCycleLog log;

    ModelLines(LifeCycleLog log) {
        this.log = log;
    }

    @Override
    public void loadStarted(Entry entry) {
        log.info(line("model.loading", entry));
    }

    @Override
    public void loaded(Entry entry, Duration took) {
        log.info(line("model.loaded", entry).and("took_ms", took.toMillis()));
    }

    @Override
    public void unloaded(Entry entry) {
        log.info(line("model.unloaded", entry));
    }

    @Override
    public void failed(Entry entry, String reason) {
        log.warn(line("model.failed", entry).and("reason", reason));
    }

    @Override
    public void abandoned(Entry entry) {
        log.info(line("model.abandoned", entry));
    }

    private static LifeCycleLine line(String event, Entry entry) {
        return LifeCycleLine.of(event).and("pipeline", entry.pipelineId()).and("node", entry.nodeId());
    }
}
