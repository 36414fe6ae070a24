package dev.caravan.inference.wan;

import dev.caravan.inference.ort.Tensor;

/**
 * One stream through a video autoencoder: what earlier frames left behind, in both directions, on the device. Owned by one thread.
 */
public interface VideoCodec extends AutoCloseable {

    /** Forgets both directions: the next encode and the next decode begin a stream (spec vae.md §3, {@code clear_cache}). */
    void clear();

    /**
     * Encodes the next frames of the stream.
     *
     * @param pixels [3,T,H,W] row-major in [-1,1]; T = 4k+1 at the beginning of a stream, 4k later. Until the first decode after
     *               {@link #clear} every call begins a stream
     * @return [F,16,H/8,W/8], normalised as the transformer wants it; the caller closes it
     */
    Tensor encode(float[] pixels, int frames);

    /**
     * Decodes the next latents of the stream, one after the other; pictures are handed over as each is ready.
     *
     * @param latents [F,16,H/8,W/8], normalised; at the beginning of a stream F is at least 2
     */
    void decode(Tensor latents, PictureSink out);

    @Override
    void close();

    /** Takes decoded pictures in order, on the calling thread. */
    @FunctionalInterface
    interface PictureSink {

        /** @param rgb height · width · 3 bytes */
        void accept(byte[] rgb);
    }
}
