package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.SessionSeed;

/** Gives the input back: the very same picture, whatever its layout and size. */
public final class PassthroughPipeline implements Pipeline {

    private final PipelineSchema schema;

    public PassthroughPipeline(PipelineSchema schema) {
        this.schema = schema;
    }

    @Override
    public PipelineSchema schema() {
        return schema;
    }

    @Override
    public LoadedPipeline load(LoadRequest request, Progress progress) {
        return new Loaded();
    }

    private static final class Loaded implements LoadedPipeline {
        @Override
        public PipelineStream open(SessionSeed seed) {
            return new Stream();
        }

        @Override
        public void close() {}
    }

    private static final class Stream extends FrameByFrame {
        @Override
        Picture apply(Picture picture) {
            return picture;
        }
    }
}
