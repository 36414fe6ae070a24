package dev.caravan.processors.session;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.pipeline.PictureFiles;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineLoader;
import java.time.InstantSource;
import java.util.List;

/** Real sessions - threads, clock and all - of a pipeline that lets pictures through. */
public final class TestSessions {

    private TestSessions() {}

    public static Sessions passthrough() {
        return of(SessionLimits.DEFAULTS, FakePipeline.passthrough());
    }

    /** The pipelines are nodes by their ids; the first is the default chain. */
    static Sessions of(SessionLimits limits, FakePipeline... pipelines) {
        SessionThreads threads = new SessionThreads();
        ChainSource chains = ids -> {
            List<PipelineLoader.Node> nodes = new java.util.ArrayList<>();
            for (String id : ids.isEmpty() ? List.of(pipelines[0].id()) : ids) {
                nodes.add(List.of(pipelines).stream().filter(p -> p.id().equals(id)).findFirst()
                        .orElseThrow(() -> new PipelineException("Pipeline not loaded. Please load pipeline first.", false))
                        .node(id));
            }
            return new PipelineLoader.Lease() {
                @Override
                public List<PipelineLoader.Node> nodes() {
                    return nodes;
                }

                @Override
                public void close() {}
            };
        };
        return new Sessions(threads.environment(chains, encoded -> {
            throw new BadPictureException("nothing is decoded here");
        }, PictureFiles.NONE, limits, InstantSource.system(), SessionObserver.NONE), threads);
    }
}
