package dev.caravan.processors.session;

import java.util.Locale;
import java.util.Optional;

/** Where a session is in its life; {@link SessionLifeCycle} says how it moves. */
public sealed interface SessionState {

    /** The pipeline chain is taken into use and its streams are being opened. */
    record Opening() implements SessionState {}

    /** Chunks are made as input arrives, or freely in text mode. */
    record Streaming() implements SessionState {}

    /** No chunk is made; input is received and dropped. */
    record Paused(String reason) implements SessionState {}

    /**
     * Streams are being freed.
     *
     * @param reason why it ends
     * @param error  the text for clients when it did not end by itself
     */
    record Closing(String reason, Optional<String> error) implements SessionState {}

    /** Nothing is left but the last picture of it. */
    record Closed(Optional<String> error) implements SessionState {}

    /** The name in events and snapshots: {@code opening}, {@code streaming}, ... */
    default String wireName() {
        return wireName(getClass());
    }

    /** Whether frames, controls, sources and viewers are still taken. */
    default boolean live() {
        return !(this instanceof Closing || this instanceof Closed);
    }

    static String wireName(Class<? extends SessionState> state) {
        return state.getSimpleName().toLowerCase(Locale.ROOT);
    }
}
