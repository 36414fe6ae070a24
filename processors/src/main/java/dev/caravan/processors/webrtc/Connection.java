package dev.caravan.processors.webrtc;

import dev.caravan.inference.frame.Picture;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One connection of a WebRTC library. Thread-safe; may be closed at any time, after which every call is harmless. */
public interface Connection extends AutoCloseable {

    /**
     * Takes the offer and makes the answer. Blocks until candidates are gathered, bounded. Called once.
     *
     * @param receive whether to take the peer's first video
     * @param send    whether to send it video
     * @return the whole answer
     */
    String answer(String offer, boolean receive, boolean send) throws BadOfferException;

    /** Adds a candidate of the peer; {@code line} is checked and begins with {@code candidate:}. */
    void addCandidate(String line, Optional<String> mid, Optional<Integer> mLineIndex) throws BadCandidateException;

    /** Sends a picture; whether it was taken. Returns in microseconds. */
    boolean push(WebRtcEngine.Outgoing picture);

    /** Sends text on the data channel opened last; whether it was taken. Blocks for a moment. */
    boolean send(String text);

    /** Counters of the moment; empty when the connection is closed. */
    CompletableFuture<ConnectionStats> stats();

    /** Frees everything. Blocks for some milliseconds; never to be called from {@link Events}. */
    @Override
    void close();

    /** What happens to a connection. Called on threads of the library: copy, hand over, return. */
    interface Events {

        void state(State state);

        /** A data channel can be written to. */
        void channelOpened();

        /** The data channel opened last was closed by the peer or with the connection. */
        void channelClosed();

        /** Asked before a picture is copied. */
        boolean wantsVideo();

        void video(Picture.I420 picture);

        /** A text message of at most {@link #MAX_MESSAGE_BYTES}. */
        void message(String text);
    }

    /** Longest message taken from a peer, in bytes. */
    int MAX_MESSAGE_BYTES = 64 * 1024;

    /** What the library says of a connection. */
    enum State {
        CONNECTING,
        CONNECTED,
        DISCONNECTED,
        FAILED,
        CLOSED
    }
}
