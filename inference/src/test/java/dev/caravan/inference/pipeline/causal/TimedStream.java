package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.SessionSeed;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.TransformerConfig;
import java.util.ArrayList;
import java.util.List;

/** A session's stream of any causal pipeline, loaded as a hub loads it, that tells how long each part of a chunk took. */
public final class TimedStream implements AutoCloseable {

    private final CausalModel model;
    private final ChunkClock clock;
    private final PipelineStream stream;

    /**
     * Opens a stream.
     *
     * @param loaded a causal pipeline; stays the caller's
     */
    public TimedStream(LoadedPipeline loaded) throws PipelineException {
        model = (CausalModel) loaded;
        clock = new ChunkClock(model.family());
        stream = model.open(new SessionSeed("bench"), clock);
    }

    /** How many pictures a chunk with these parameters is made from; 0 when from none. */
    public int inputFrames(Parameters parameters) {
        return stream.inputFrames(parameters);
    }

    /** One chunk. */
    public ChunkTimes chunk(Parameters parameters, List<Rgb24> video) throws Exception {
        List<Frame> frames = new ArrayList<>();
        for (Rgb24 picture : video) {
            frames.add(Frame.incoming("bench", frames.size(), frames.size(), Origin.of("bench"), picture));
        }
        clock.start();
        stream.next(frames, parameters, (picture, timestamp) -> clock.picture());
        return clock.stop();
    }

    public TransformerConfig config() {
        return model.networks().transformer().config();
    }

    public LatentSize size() {
        return model.networks().size();
    }

    /** Bytes of the device that its model was reckoned to take before it was loaded. */
    public long reckonedModel() {
        return model.networks().memory().model();
    }

    /** As {@link #reckonedModel} for each of its streams. */
    public long reckonedStream() {
        return model.networks().memory().stream();
    }

    @Override
    public void close() {
        stream.close();
    }
}
