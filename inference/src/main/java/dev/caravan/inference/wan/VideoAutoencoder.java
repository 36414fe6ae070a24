package dev.caravan.inference.wan;

/**
 * A loaded video autoencoder for one picture size: 8 pixels and 4 frames of each axis become one latent of 16 channels, the first frame of
 * a stream one of its own. Shared by all streams; thread-safe.
 */
public interface VideoAutoencoder extends AutoCloseable {

    /** A stream's private state, all zeros. */
    VideoCodec open();

    @Override
    void close();
}
