package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.ort.OrtException;
import dev.caravan.inference.pipeline.PipelineException;

/** What a failure of the device means to a load or a stream, in one line for a person. */
final class DeviceFailure {

    private DeviceFailure() {}

    /** Nothing is loaded after it. */
    static PipelineException ofLoad(String id, OrtException e) {
        return new PipelineException(
                e.outOfMemory()
                        ? "There is not enough memory to load " + id + "; unload other pipelines first"
                        : id + " cannot be loaded: " + e.getMessage(),
                true, e);
    }

    /** Without memory a stream is lost, since its next chunk needs as much; any other failure costs the chunk. */
    static PipelineException ofChunk(String id, String what, OrtException e) {
        return new PipelineException(
                e.outOfMemory()
                        ? id + " ran out of memory with " + what + "; choose a smaller picture or unload other pipelines"
                        : id + " failed with " + what + ": " + e.getMessage(),
                e.outOfMemory(), e);
    }
}
