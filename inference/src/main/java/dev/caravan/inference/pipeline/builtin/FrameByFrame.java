package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineStream;
import java.util.List;

/**
 * A stream that makes one picture of one, at once: a chunk is one frame, which keeps its time stamp and leaves as it comes. (Contract
 * §3.3 gives passthrough chunks of four; one is deliberate, for latency.)
 */
abstract class FrameByFrame implements PipelineStream {

    /** Makes the output picture of a decoded input picture. */
    abstract Picture apply(Picture picture) throws PipelineException;

    @Override
    public final int inputFrames(Parameters parameters) {
        return 1;
    }

    @Override
    public final Chunk next(List<Frame> in, Parameters parameters, FrameSink out) throws PipelineException {
        for (Frame frame : in) {
            out.accept(apply(frame.picture()), frame.timestampMicros());
        }
        return new Chunk(in.size(), Chunk.EVENT_DRIVEN);
    }

    @Override
    public void close() {}
}
