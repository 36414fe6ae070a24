package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.SessionSeed;
import java.util.List;

/**
 * A pipeline without weights and without state that makes one picture of one, at once: a chunk is one frame, which keeps its time
 * stamp and leaves as it comes. (Contract §3.3 gives passthrough chunks of four; one is deliberate, for latency.)
 */
abstract class FrameByFrame implements Pipeline {

    private final PipelineSchema schema;

    FrameByFrame(PipelineSchema schema) {
        this.schema = schema;
    }

    /** Makes the output picture of a decoded input picture. */
    abstract Picture apply(Picture picture) throws PipelineException;

    @Override
    public final PipelineSchema schema() {
        return schema;
    }

    @Override
    public final LoadedPipeline load(LoadRequest request, Progress progress) {
        return new Loaded();
    }

    private final class Loaded implements LoadedPipeline {
        @Override
        public PipelineStream open(SessionSeed seed) {
            return new Stream();
        }

        @Override
        public void close() {}
    }

    private final class Stream implements PipelineStream {
        @Override
        public int inputFrames(Parameters parameters) {
            return 1;
        }

        @Override
        public Chunk next(List<Frame> in, Parameters parameters, FrameSink out) throws PipelineException {
            for (Frame frame : in) {
                out.accept(apply(frame.picture()), frame.timestampMicros());
            }
            return new Chunk(in.size(), Chunk.EVENT_DRIVEN);
        }

        @Override
        public void close() {}
    }
}
