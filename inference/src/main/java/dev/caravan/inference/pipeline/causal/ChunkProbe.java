package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.text.Conditioning;

/** Watches how chunks are made. Reading a tensor copies it to the host: for tests and measurements only. */
interface ChunkProbe {

    /** Watches nothing. */
    ChunkProbe NONE = new ChunkProbe() {};

    /** A chunk begins at latent frame {@code start}; {@code anew} when caches were reset for it. */
    default void begins(int start, boolean anew, Conditioning conditioning) {}

    /** Video was prepared ({@code pixels [3,T,H,W]}), encoded, and is about to be mixed with noise. */
    default void encoded(float[] pixels, Tensor latents, double noiseScale) {}

    /** Past frames are about to be run again: the newest ones under a new prompt, or the context of the chunk. */
    default void recache(CachePass pass, Tensor latents) {}

    /** Whatever is run again before a chunk was run, if anything was. */
    default void recalled() {}

    /** The denoise steps that follow are guided. */
    default void guided(VaceContext context, double scale) {}

    /** They are over. */
    default void unguided() {}

    /** A denoise step begins with {@code x}. */
    default void stepBegins(CachePass pass, float timestep, Tensor x) {}

    /** It is done; {@code x0} is its estimate of the clean latents. */
    default void stepDone(Tensor x0) {}

    /** The chunk's latents are final. */
    default void finished(Tensor latents) {}
}
