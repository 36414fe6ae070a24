package dev.caravan.processors.webrtc;

import dev.caravan.inference.frame.Picture;

/** What the hub needs of a WebRTC library. Thread-safe. */
public interface WebRtcEngine {

    /**
     * A connection that waits for its offer.
     *
     * @param events told what happens to it, on threads of the library: implementations must return at once and call nothing of the
     *               connection
     * @throws WebRtcUnavailableException when the library cannot be used on this machine
     */
    Connection open(Connection.Events events);

    /**
     * Copies a picture to where the library wants it, once for any number of viewers.
     *
     * @throws IllegalArgumentException when it is still encoded
     */
    Outgoing prepare(Picture picture);

    /** A picture in the library's memory. Closing drops it; connections that still use it keep it alive. */
    interface Outgoing extends AutoCloseable {
        @Override
        void close();
    }
}
