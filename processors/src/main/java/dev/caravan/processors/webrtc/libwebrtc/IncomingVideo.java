package dev.caravan.processors.webrtc.libwebrtc;

import dev.caravan.processors.webrtc.Connection;
import dev.onvoid.webrtc.media.video.VideoFrame;
import dev.onvoid.webrtc.media.video.VideoTrack;
import dev.onvoid.webrtc.media.video.VideoTrackSink;
import org.jspecify.annotations.Nullable;

/** Takes the pictures of one remote track. The track is borrowed: it is let go, never disposed of. */
final class IncomingVideo implements VideoTrackSink {

    /** Larger pictures are ignored: a hostile peer may announce 16383x16383. */
    private static final int MAX_PIXELS = 4096 * 4096;

    private final VideoTrack track;
    private volatile Connection.@Nullable Events events;

    IncomingVideo(VideoTrack track, Connection.Events events) {
        this.track = track;
        this.events = events;
        track.addSink(this);
    }

    /** On a native decoding thread: copy, hand over, release. */
    @Override
    public void onVideoFrame(VideoFrame frame) {
        Quietly.run("Taking a picture", () -> {
            try {
                Connection.Events to = events;
                long pixels = (long) frame.buffer.getWidth() * frame.buffer.getHeight();
                if (to != null && pixels <= MAX_PIXELS && to.wantsVideo()) {
                    to.video(Pictures.copy(frame));
                }
            } finally {
                frame.release();
            }
        });
    }

    /** Returns when no callback runs any more. Before the connection is closed. */
    void close() {
        events = null;
        Quietly.run("Removing a video sink", () -> track.removeSink(this));
    }
}
