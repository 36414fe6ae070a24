package dev.caravan.processors.frames;

/**
 * Header names of encoded frames. The {@code caravan-*} ones and {@code content-type} travel on the wire as text (a Kafka record, an
 * HTTP message); the {@code Caravan*} ones steer the data format inside a route.
 */
public final class FrameHeaders {

    /** What the bytes are: a content type of {@link PictureFormat}. */
    public static final String CONTENT_TYPE = "content-type";

    /** Number of the frame within its source or session: 0..2^63-1. */
    public static final String SEQUENCE = "caravan-seq";

    /** Capture time in milliseconds since the Unix epoch. */
    public static final String TIMESTAMP_MS = "caravan-timestamp-ms";

    /** Width in pixels; needed for raw formats. */
    public static final String WIDTH = "caravan-width";

    /** Height in pixels; needed for raw formats. */
    public static final String HEIGHT = "caravan-height";

    /** Chunk that generated the frame; absent on frames that came from outside. */
    public static final String CHUNK = "caravan-chunk";

    /** Wanted format of {@code marshal}: {@code jpeg}, {@code png}, {@code webp}, {@code rgb24} or {@code i420}. */
    public static final String FORMAT = "CaravanFrameFormat";

    /** Wanted quality of {@code marshal} for JPEG and WebP: 1..100. */
    public static final String QUALITY = "CaravanFrameQuality";

    private FrameHeaders() {}
}
