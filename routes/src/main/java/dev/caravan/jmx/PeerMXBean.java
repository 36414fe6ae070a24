package dev.caravan.jmx;

import org.jspecify.annotations.Nullable;

/** One WebRTC peer. */
@Says("A WebRTC peer: a browser or another client that sends or watches")
public interface PeerMXBean {

    @Says("Its id")
    String getId();

    @Says("The session it belongs to")
    String getSession();

    @Says("connecting, connected or interrupted")
    String getState();

    @Says("source, viewer, both or none of them; and whether it may send controls")
    String getRole();

    @Says("Pictures taken from it")
    long getFramesIn();

    @Says("Pictures sent to it")
    long getFramesOut();

    @Says("Pictures of it that were not used because a route was slow")
    long getFramesDropped();

    @Says("Pictures decoded per second")
    double getFpsIn();

    @Says("Pictures encoded per second")
    double getFpsOut();

    @Says("Video received in kbit/s")
    double getKbpsIn();

    @Says("Video sent in kbit/s")
    double getKbpsOut();

    @Says("Codec of the video received")
    @Nullable
    String getCodecIn();

    @Says("Codec of the video sent")
    @Nullable
    String getCodecOut();

    @Says("Round-trip time in milliseconds, where known")
    @Nullable
    Double getRttMillis();

    @Says("End the connection")
    void disconnect();
}
