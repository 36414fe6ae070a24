package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.wan.TransformerState;
import dev.caravan.inference.wan.vae.VideoCodec;

/**
 * What a stream remembers of its chunks besides its caches, and runs through the transformer again before the next one is denoised: one
 * class per way of doing that. What is remembered of a stream that began anew is written over by it. Owned by the stream.
 */
interface ChunkMemory extends AutoCloseable {

    /** That of a family which runs nothing again. */
    ChunkMemory NONE = new ChunkMemory() {
        @Override
        public void recall(int start, boolean newPrompt) {}

        @Override
        public void keep(int start, Tensor latents) {}

        @Override
        public void close() {}
    };

    /** That of a stream of a family. */
    static ChunkMemory of(
            CausalFamily family, CausalNetworks networks, KvCachePolicy caches, TransformerState transformer, VideoCodec codec, ChunkProbe probe) {
        if (family.contextLatents() > 0) {
            return new ContextRecompute(family.contextLatents(), networks, caches, transformer, codec, probe);
        }
        if (family.recachedLatents() > 0) {
            return new PromptRecache(family.recachedLatents(), networks, caches, transformer, probe);
        }
        return NONE;
    }

    /**
     * Runs what comes before the denoise steps of a chunk. The transformer knows its prompt already.
     *
     * @param start     latent frame the chunk begins at; 0 when the stream begins anew with it
     * @param newPrompt whether the prompt is another one than that of the chunk before
     */
    void recall(int start, boolean newPrompt);

    /** Where the pictures of a chunk of so many latents go on their way out. */
    default VideoCodec.PictureSink pictures(int start, int latents, VideoCodec.PictureSink out) {
        return out;
    }

    /** Remembers the final latents {@code [F,16,h,w]} of a chunk, whose pictures were seen before. */
    void keep(int start, Tensor latents);

    @Override
    void close();
}
