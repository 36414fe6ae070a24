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
        /**
         * Life cycle: {@code from}, {@code to} (state names; {@code none} before the first), {@code reason}, {@code pipeline_ids}, and
         * what the client sent along ({@code user_id}, ...).
         */
        STATE,
        /**
         * A control took effect: {@code offset}, {@code door}, {@code chunk} (the first that uses it), {@code keys}, {@code parameters},
         * {@code model}, and {@code seed} when one was chosen at load time.
         */
        APPLIED,
        /**
         * Keys of a control were refused: {@code door}, {@code source}, {@code errors} = list of {@code key}, {@code msg}. Or a pipeline made
         * a chunk without them, as they name what is not there: the same without {@code door}, the source is {@code pipeline:} and its node.
         */
        REJECTED,
        /** Parameters changed from outside the data channels: {@code parameters}. */
        PARAMETERS_UPDATED,
        /**
         * Chunks were made: {@code chunk} (the last), {@code chunks} (how many since the event before), {@code frames_in},
         * {@code frames_out} and {@code duration_ms} summed over them, {@code control_offset}. At most four a second, so that chunks of
         * one frame do not drown everything else.
         */
        CHUNK,
        /** The first generated frame left: {@code ttff_ms}. */
        PLAYBACK_READY,
        /** A frame could not be used: {@code source}, {@code sequence}, {@code reason}; the frame is in {@link FrameRejected}. */
        FRAME_REJECTED,
        /** A chunk failed and was skipped, or the session failed: {@code message}, {@code fatal}, {@code suppressed} (alike, not told). */
        ERROR,
        /** The session ended: {@code reason}, {@code frames_in}, {@code frames_out}, {@code error_message} when it did not end by itself. */
        STREAM_STOPPED;

        /** The name used on the wire. */
        public String wireName() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
