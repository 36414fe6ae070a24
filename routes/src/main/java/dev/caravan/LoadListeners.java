package dev.caravan;

import dev.caravan.inference.pipeline.PipelineLoader;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Tells several about loads, in order; what one of them breaks is its own affair and the log's. */
record LoadListeners(List<PipelineLoader.Listener> all) implements PipelineLoader.Listener {

    @Override
    public void loadStarted(PipelineLoader.Entry entry) {
        each(one -> one.loadStarted(entry));
    }

    @Override
    public void loaded(PipelineLoader.Entry entry, Duration took) {
        each(one -> one.loaded(entry, took));
    }

    @Override
    public void unloaded(PipelineLoader.Entry entry) {
        each(one -> one.unloaded(entry));
    }

    @Override
    public void failed(PipelineLoader.Entry entry, String reason) {
        each(one -> one.failed(entry, reason));
    }

    @Override
    public void abandoned(PipelineLoader.Entry entry) {
        each(one -> one.abandoned(entry));
    }

    private void each(Consumer<PipelineLoader.Listener> news) {
        RuntimeException first = null;
        for (PipelineLoader.Listener one : all) {
            try {
                news.accept(one);
            } catch (RuntimeException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
