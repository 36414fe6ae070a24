package dev.caravan.processors.session;

import java.util.Locale;

/** Who generated frames are handed to for the way out of the hub. */
public enum Exit {
    /** The tracks of browsers that watch. */
    WEBRTC,
    /** A topic. */
    KAFKA;

    /** The name in metrics: {@code webrtc}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
