package dev.caravan.inference.bench;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.SessionSeed;
import dev.caravan.inference.pipeline.builtin.EdgesPipeline;
import dev.caravan.inference.pipeline.builtin.GrayPipeline;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Frames a second of the pipelines whose weights come with the hub. */
final class FilterFigures {

    private static final int FRAMES = 40;

    private FilterFigures() {}

    static Pipeline gray(Device device) {
        return new GrayPipeline(PipelineSchema.load("gray"), () -> device);
    }

    static Pipeline edges(Device device) {
        return new EdgesPipeline(PipelineSchema.load("edges"), () -> device);
    }

    static double framesPerSecond(Pipeline pipeline, int width, int height) throws Exception {
        byte[] data = new byte[I420.size(width, height)];
        new Random(4).nextBytes(data);
        Frame frame = Frame.incoming("bench", 0, 0, Origin.of("bench"), new I420(width, height, data));
        try (LoadedPipeline loaded = pipeline.load(new LoadRequest(Map.of(), Path.of(".")), Progress.NONE);
                PipelineStream stream = loaded.open(new SessionSeed("bench"))) {
            return FRAMES * 1000 / Timing.median(3, () -> {
                for (int i = 0; i < FRAMES; i++) {
                    stream.next(List.of(frame), Parameters.NONE, (picture, timestamp) -> {});
                }
                return null;
            });
        }
    }
}
