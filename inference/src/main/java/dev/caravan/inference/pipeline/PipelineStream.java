package dev.caravan.inference.pipeline;

import dev.caravan.inference.frame.Frame;
import java.util.List;

/**
 * One session's private state inside a loaded pipeline. Owned by the session's one thread: every method is called from there.
 */
public interface PipelineStream extends AutoCloseable {

    /**
     * How many input frames the next call of {@link #next} wants with these parameters.
     *
     * @return 0 when it generates freely (text mode)
     */
    int inputFrames(Parameters parameters);

    /**
     * Makes one chunk. Each picture leaves through {@code out} as soon as it is ready.
     *
     * @param in         exactly {@link #inputFrames} frames, decoded ({@code I420} or {@code Rgb24}), oldest first
     * @param parameters the session's parameters for this chunk, one-shots included
     * @throws PipelineException when this chunk failed; {@link PipelineException#fatal()} tells whether the stream is lost
     */
    Chunk next(List<Frame> in, Parameters parameters, FrameSink out) throws PipelineException, InterruptedException;

    /** Frees the state. */
    @Override
    void close();

    /** Takes the pictures of a chunk, on the thread that calls {@link #next}. */
    @FunctionalInterface
    interface FrameSink {

        /**
         * Hands over one picture, in play-out order.
         *
         * @param timestampMicros capture time of the input it was made from, microseconds since the Unix epoch, or
         *                        {@link #NO_TIMESTAMP} when it carries no time and is to be played out at the chunk's rate
         */
        void accept(dev.caravan.inference.frame.Picture picture, long timestampMicros);

        /** The time stamp of a picture made from no input: the session paces it. */
        long NO_TIMESTAMP = Long.MIN_VALUE;
    }
}
