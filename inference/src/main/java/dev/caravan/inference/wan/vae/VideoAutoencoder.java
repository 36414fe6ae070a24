package dev.caravan.inference.wan.vae;

/**
 * A loaded video autoencoder for one picture size: 8 pixels and 4 frames of each axis become one latent of 16 channels, the first frame of
 * a stream one of its own. Shared by all streams; thread-safe. {@link VideoAutoencoders#load} makes one.
 */
public interface VideoAutoencoder extends AutoCloseable {

    /** What it was built for. */
    VaeOptions options();

    /**
     * A stream's private state, all zeros. That of the decoder is allocated now, that of an encoder when something is encoded first: who
     * only generates from text pays for none.
     */
    VideoCodec open();

    /** Frees the networks; their streams are closed before. */
    @Override
    void close();
}
