package dev.caravan.inference.pipeline;

import dev.caravan.inference.ort.OrtException;
import java.nio.file.Path;

/** What a failure of the device means to a load or a stream, in one line for a person, without a path of this machine. */
public final class DeviceFailure {

    private DeviceFailure() {}

    /**
     * Nothing is loaded after it.
     *
     * @param what         what needs the memory, for example {@code longlive at 576x320}
     * @param modelsFolder not told
     */
    public static PipelineException ofLoad(String id, String what, Path modelsFolder, OrtException e) {
        return new PipelineException(
                e.outOfMemory()
                        ? "not enough memory on the inference device for " + what + "; use a smaller size or unload other pipelines"
                        : id + " cannot be loaded: " + e.brief(modelsFolder.toAbsolutePath().toString()),
                true, e);
    }

    /** A stream that remembers: after a failed run its caches hold anything, so that it is lost. The model is not. */
    public static PipelineException ofStream(OrtException e) {
        return new PipelineException(
                e.outOfMemory()
                        ? "out of memory on the inference device; use a smaller size or end other sessions"
                        : "inference failed: " + e.brief(),
                true, e);
    }

    /**
     * A stream that remembers nothing. Without memory it is lost, since its next chunk needs as much; any other failure costs the chunk.
     *
     * @param what the chunk, for example {@code a picture of 64x48}
     */
    public static PipelineException ofChunk(String id, String what, OrtException e) {
        return new PipelineException(
                e.outOfMemory()
                        ? id + " ran out of memory with " + what + "; choose a smaller picture or unload other pipelines"
                        : id + " failed with " + what + ": " + e.brief(),
                e.outOfMemory(), e);
    }
}
