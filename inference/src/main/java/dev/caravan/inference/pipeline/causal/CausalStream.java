package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.frame.ColorConversion;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture.Encoded;
import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.ort.OrtException;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.DeviceFailure;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PictureSize;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.StageTime;
import java.util.ArrayList;
import java.util.List;

/** One session's stream: turns parameters and frames into chunk requests and latents into pictures. Owned by the session's thread. */
final class CausalStream implements PipelineStream {

    private final ChunkGenerator generator;
    private final RequestReader requests;
    private final VaceReader vace;
    private final PictureSize size;

    CausalStream(ChunkGenerator generator, RequestReader requests, VaceReader vace, PictureSize size) {
        this.generator = generator;
        this.requests = requests;
        this.vace = vace;
        this.size = size;
    }

    @Override
    public int inputFrames(Parameters parameters) {
        return requests.fromVideo(parameters) ? generator.inputFrames() : 0;
    }

    @Override
    public Chunk next(List<Frame> in, Parameters parameters, FrameSink out) throws PipelineException {
        ChunkRequest request = requests.read(rgb(in), parameters, vace.read(parameters, !in.isEmpty()));
        int[] pictures = new int[1];
        List<StageTime> stages;
        try {
            stages = generator.next(request, rgb -> {
                pictures[0]++;
                out.accept(new Rgb24(size.width(), size.height(), rgb), FrameSink.NO_TIMESTAMP);
            });
        } catch (OrtException e) {
            throw DeviceFailure.ofStream(e);
        } catch (RuntimeException e) {
            // Wherever it broke off, caches and bookkeeping may not fit each other any more. Its message is for the log only.
            throw new PipelineException("internal error in the pipeline (" + e.getClass().getSimpleName() + ")", true, e);
        }
        return new Chunk(pictures[0], Chunk.EVENT_DRIVEN, vace.refused(), stages);
    }

    private static List<Rgb24> rgb(List<Frame> frames) throws PipelineException {
        List<Rgb24> pictures = new ArrayList<>(frames.size());
        for (Frame frame : frames) {
            pictures.add(switch (frame.picture()) {
                case Rgb24 rgb -> rgb;
                case I420 yuv -> ColorConversion.toRgb24(yuv);
                case Encoded encoded -> throw PipelineException.notDecoded(encoded);
            });
        }
        return pictures;
    }

    @Override
    public void close() {
        generator.close();
    }
}
