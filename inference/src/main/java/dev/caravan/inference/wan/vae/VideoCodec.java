package dev.caravan.inference.wan.vae;

import dev.caravan.inference.ort.Tensor;

/**
 * One stream through a video autoencoder: what earlier frames left behind, in both directions, on the device. Owned by one thread. When a
 * call failed on the device the stream is in no known state until {@link #clear}.
 */
public interface VideoCodec extends AutoCloseable {

    /** What an encode remembers, and whom it tells (spec vae.md §3, §4; vace.md §2). */
    enum Memory {
        /** The stream: continues what was encoded before, and is continued by the next. */
        STREAM,
        /** What VACE keeps. The Wan VAEs have no memory of its own for it: it is that of the stream. TAE never forgets it. */
        VACE_INACTIVE,
        /** What VACE generates anew; else as {@link #VACE_INACTIVE}. */
        VACE_REACTIVE,
        /** Begins anew and leaves nothing behind. */
        NONE
    }

    /** Forgets both directions, but not what VACE keeps: the next encode and the next decode begin a stream ({@code clear_cache}). */
    void clear();

    /**
     * Encodes frames. A stream of a Wan VAE wants 4k+1 of them at the beginning (trailing ones make no latent, but are remembered) and 4k
     * later; until the first decode after {@link #clear} every call is a beginning. Without memory trailing frames are dropped. The TAE
     * wants 4k; it repeats the last frame where some are missing.
     *
     * @param pixels [3,T,H,W] row-major in [-1,1]
     * @param frames T, at least 1
     * @return [F,16,H/8,W/8], normalised as the transformer wants it; the caller closes it
     * @throws IllegalArgumentException when the number of frames does not fit
     */
    Tensor encode(float[] pixels, int frames, Memory memory);

    /** Encodes the next frames of the stream. */
    default Tensor encode(float[] pixels, int frames) {
        return encode(pixels, frames, Memory.STREAM);
    }

    /**
     * Decodes the next latents of the stream, one after the other; pictures are handed over as each latent is ready. The first latent of a
     * stream gives one picture, each other four.
     *
     * @param latents [F,16,H/8,W/8], normalised, of the element type the autoencoder was built for
     */
    void decode(Tensor latents, PictureSink out);

    /** Frees the state. */
    @Override
    void close();

    /** Takes decoded pictures in order, on the calling thread. */
    @FunctionalInterface
    interface PictureSink {

        /** @param rgb height · width · 3 bytes */
        void accept(byte[] rgb);

        /** What the codec calls; for who wants more of a picture than its bytes. */
        default void decoded(Decoded picture) {
            accept(picture.rgb());
        }
    }

    /** A decoded picture on the device, while it is handed over. Whatever is asked for is copied to the host, and only that. */
    interface Decoded {

        /** height · width · 3 bytes. */
        byte[] rgb();

        /** The numbers that the bytes are made of, [3,H,W] row-major, clamped to [-1,1]. */
        float[] numbers();
    }
}
