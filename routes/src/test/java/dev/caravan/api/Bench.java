package dev.caravan.api;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.pipeline.PictureFiles;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.inference.pipeline.PipelineRegistry;
import dev.caravan.processors.session.SessionLimits;
import dev.caravan.processors.session.Sessions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What operations work with: pipelines that echo, a loader and sessions. */
final class Bench implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    final PipelineRegistry registry;
    final PipelineLoader loader;
    final Sessions sessions;

    Bench(Pipeline... pipelines) {
        this(new SessionLimits(2, 1, 64L << 20, Duration.ofHours(1), Duration.ofHours(1), Duration.ofSeconds(1), Duration.ofSeconds(1)),
                pipelines);
    }

    Bench(SessionLimits limits, Pipeline... pipelines) {
        registry = new PipelineRegistry(List.of(pipelines));
        loader = new PipelineLoader(registry, Path.of("none"), PipelineLoader.Listener.NONE);
        sessions = new Sessions(
                loader,
                encoded -> {
                    throw new BadPictureException("nothing is encoded here");
                },
                PictureFiles.NONE,
                limits,
                InstantSource.system());
    }

    /** Loads and waits. */
    Bench loaded(String... ids) throws InterruptedException {
        loader.load(List.of(ids).stream().map(id -> new PipelineLoader.Entry(id, id, Map.of())).toList());
        loader.awaitIdle(PATIENCE);
        return this;
    }

    static Frame frame(String sessionId, long sequence) {
        return Frame.incoming(
                sessionId, sequence, sequence * 33_333, Origin.of("test"), new Picture.I420(32, 16, new byte[Picture.I420.size(32, 16)]));
    }

    static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited for " + PATIENCE.toSeconds() + " s in vain");
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    @Override
    public void close() {
        sessions.close();
        loader.close();
    }
}
