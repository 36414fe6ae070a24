package dev.caravan.processors;

/** Exchange headers of the {@code webrtc:} and {@code inference:} components. */
public final class CaravanHeaders {

    /** Session of the frame, control or event: {@code String}. */
    public static final String SESSION_ID = "CaravanSessionId";

    /** Number of the frame within its source or session: {@code long}. */
    public static final String SEQUENCE = "CaravanSequence";

    /** Capture time of the frame in milliseconds since the Unix epoch: {@code long}. */
    public static final String TIMESTAMP_MS = "CaravanTimestampMs";

    /** Chunk that generated the frame: {@code long}. */
    public static final String CHUNK = "CaravanChunk";

    /** Name of the source within its session, for example {@code webrtc:<peer id>}: {@code String}. */
    public static final String SOURCE = "CaravanSource";

    /** Kind of the event in the body, for example {@code applied}: {@code String}. */
    public static final String EVENT_TYPE = "CaravanEventType";

    /** Offset a control got in its session's log: {@code long}. */
    public static final String CONTROL_OFFSET = "CaravanControlOffset";

    /** The one WebRTC peer a picture or message is for, instead of all of the session: {@code String}. */
    public static final String PEER_ID = "CaravanPeerId";

    private CaravanHeaders() {}
}
