package dev.caravan.inference.frame;

/**
 * One immutable picture on its way through the hub. Safe to hold, to share between threads and to send to many: no native memory is
 * behind it and nobody writes to its bytes.
 *
 * @param sessionId       the session it belongs to
 * @param sequence        number within its source (incoming) or its session (generated), from 0, rising
 * @param timestampMicros capture time, microseconds since the Unix epoch; a generated frame carries the time of the input it was made
 *                        from, or of its making when there was none
 * @param chunk           number of the chunk that generated it, or {@link #NOT_GENERATED} for an incoming frame
 * @param origin          where it came from
 * @param picture         the pixels
 * @param arrivedMicros   when the hub got it, microseconds since the Unix epoch: the capture time itself where nobody told one; a generated
 *                        frame carries that of the input it was made from, or of its making
 */
public record Frame(
        String sessionId, long sequence, long timestampMicros, long chunk, Origin origin, Picture picture, long arrivedMicros) {

    /** The {@link #chunk()} of a frame that came from outside. */
    public static final long NOT_GENERATED = -1;

    /** One that the hub got at its capture time. */
    public Frame(String sessionId, long sequence, long timestampMicros, long chunk, Origin origin, Picture picture) {
        this(sessionId, sequence, timestampMicros, chunk, origin, picture, timestampMicros);
    }

    /** An incoming frame whose time is that of its arrival. */
    public static Frame incoming(String sessionId, long sequence, long timestampMicros, Origin origin, Picture picture) {
        return new Frame(sessionId, sequence, timestampMicros, NOT_GENERATED, origin, picture);
    }

    /** An incoming frame that tells when it was captured. */
    public static Frame incoming(
            String sessionId, long sequence, long timestampMicros, Origin origin, Picture picture, long arrivedMicros) {
        return new Frame(sessionId, sequence, timestampMicros, NOT_GENERATED, origin, picture, arrivedMicros);
    }

    /** The same frame with another representation of its pixels. */
    public Frame with(Picture other) {
        return new Frame(sessionId, sequence, timestampMicros, chunk, origin, other, arrivedMicros);
    }

    public int width() {
        return picture.width();
    }

    public int height() {
        return picture.height();
    }
}
