package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.SessionSeed;

/** The two graphs of a {@link FilterPipeline} on a device, for every stream and every picture size. */
record LoadedFilter(String id, Device device, OrtSession rgb, OrtSession planes) implements LoadedPipeline {

    @Override
    public PipelineStream open(SessionSeed seed) {
        return new FilterStream(this);
    }

    @Override
    public void close() {
        planes.close();
        rgb.close();
    }
}
