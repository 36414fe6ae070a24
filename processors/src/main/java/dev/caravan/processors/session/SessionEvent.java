package dev.caravan.processors.session;

import java.util.Map;

/**
 * Something that happened to a session, in order per session. Becomes a JSON object on {@code caravan.events} and, for some types, a
 * message on the data channels of the session's peers.
 *
 * @param sessionId   the session
 * @param type        see {@link Type}
 * @param timestampMs milliseconds since the Unix epoch
 * @param data        JSON-ready details; keys by type
 */
public record SessionEvent(String sessionId, Type type, long timestampMs, Map<String, Object> data) {

    /** Kinds of events with the keys of their data. */
    public enum Type {
        /** Life cycle: {@code from}, {@code to} (state names), {@code reason}. */
        STATE,
        /** A control took effect: {@code offset}, {@code door}, {@code chunk}, {@code keys}, {@code parameters}, {@code seed}, {@code model}. */
        APPLIED,
        /** Keys of a control were refused: {@code door}, {@code source}, {@code errors} = list of {@code key}, {@code msg}. */
        REJECTED,
        /** Parameters changed from outside the data channels: {@code parameters}. */
        PARAMETERS_UPDATED,
        /** A chunk was made: {@code chunk}, {@code frames_in}, {@code frames_out}, {@code duration_ms}, {@code control_offset}. */
        CHUNK,
        /** The first generated frame left: {@code ttff_ms}. */
        PLAYBACK_READY,
        /** A frame could not be used: {@code source}, {@code sequence}, {@code reason}; the frame is in {@link FrameRejected}. */
        FRAME_REJECTED,
        /** A chunk failed and was skipped, or the session failed: {@code message}, {@code fatal}. */
        ERROR,
        /** The session ended: {@code error_message} when it did not end by itself. */
        STREAM_STOPPED;

        /** The name used on the wire. */
        public String wireName() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
