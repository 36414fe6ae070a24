package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.frame.ColorConversion;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.frame.Picture.Encoded;
import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PictureSize;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.SessionSeed;
import java.time.InstantSource;
import java.util.List;

/**
 * A loaded test card. A chunk is one frame: in text mode the moving test picture, to be played at 30 fps; in video mode the input
 * with name, counter, clock, prompt and bars burnt in, in the input's size and with its time stamp. Each stream counts its own frames.
 */
final class TestCard implements LoadedPipeline {

    private static final double FRAMES_PER_SECOND = 30;

    private final CardBackground background;
    private final String defaultMode;
    private final String label;
    private final InstantSource clock;

    TestCard(PictureSize size, String defaultMode, String label, InstantSource clock) {
        this.background = new CardBackground(size.width(), size.height());
        this.defaultMode = defaultMode;
        this.label = label;
        this.clock = clock;
    }

    @Override
    public PipelineStream open(SessionSeed seed) {
        return new Stream();
    }

    @Override
    public void close() {}

    /** An I420 picture nobody else has, with the pixels of the given one: its one allocation. */
    private static I420 freshCopy(Picture picture) throws PipelineException {
        return switch (picture) {
            case I420 yuv -> new I420(yuv.width(), yuv.height(), yuv.data().clone());
            case Rgb24 rgb -> ColorConversion.toI420(rgb);
            case Encoded encoded -> throw PipelineException.notDecoded(encoded);
        };
    }

    private final class Stream implements PipelineStream {

        private final CardOverlay overlay = new CardOverlay(label, clock);
        private long counter;

        @Override
        public int inputFrames(Parameters parameters) {
            return parameters.videoMode(defaultMode) ? 1 : 0;
        }

        @Override
        public Chunk next(List<Frame> in, Parameters parameters, FrameSink out) throws PipelineException {
            if (in.isEmpty()) {
                emit(background.frame(counter), FrameSink.NO_TIMESTAMP, parameters, out);
                return new Chunk(1, FRAMES_PER_SECOND);
            }
            for (Frame frame : in) {
                emit(freshCopy(frame.picture()), frame.timestampMicros(), parameters, out);
            }
            return new Chunk(in.size(), Chunk.EVENT_DRIVEN);
        }

        private void emit(I420 fresh, long timestampMicros, Parameters parameters, FrameSink out) {
            overlay.draw(fresh, counter++, parameters.promptsAfterTransition());
            out.accept(fresh, timestampMicros);
        }

        @Override
        public void close() {}
    }
}
