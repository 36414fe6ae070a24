package dev.caravan.processors.session;

import dev.caravan.processors.session.SessionState.Closed;
import dev.caravan.processors.session.SessionState.Closing;
import dev.caravan.processors.session.SessionState.Opening;
import dev.caravan.processors.session.SessionState.Paused;
import dev.caravan.processors.session.SessionState.Streaming;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * A session's life. It begins in Opening.
 *
 * <pre>
 * Opening   -> Streaming: its chain is loaded and its streams are open
 * Streaming -> Paused: a paused control, or nobody has watched a text-mode session for the idle limit
 * Paused    -> Streaming: paused:false, or a viewer arrives
 * Opening   -> Closing: its streams cannot be opened, or it is ended before they are
 * Streaming -> Closing: opener, sources and viewers are gone for the grace time, DELETE, a fatal error, shutdown
 * Paused    -> Closing: opener, sources and viewers are gone for the grace time, DELETE, shutdown
 * Closing   -> Closed: streams are freed and the last frame has left
 * </pre>
 *
 * Only the session's own thread moves it; everybody may look.
 */
final class SessionLifeCycle {

    /** One row of the table above. */
    record Move(Class<? extends SessionState> from, Class<? extends SessionState> to) {}

    static final List<Move> TABLE = List.of(
            new Move(Opening.class, Streaming.class),
            new Move(Streaming.class, Paused.class),
            new Move(Paused.class, Streaming.class),
            new Move(Opening.class, Closing.class),
            new Move(Streaming.class, Closing.class),
            new Move(Paused.class, Closing.class),
            new Move(Closing.class, Closed.class));

    private final BiConsumer<Step, String> listener;

    // Written by the owner only; read by every thread that offers, attaches or takes a snapshot.
    private volatile SessionState state;

    /** @param listener hears every step with its reason, the one into Opening excepted */
    SessionLifeCycle(BiConsumer<Step, String> listener) {
        this(new Opening(), listener);
    }

    SessionLifeCycle(SessionState start, BiConsumer<Step, String> listener) {
        this.state = start;
        this.listener = listener;
    }

    /** What a listener hears. */
    record Step(SessionState from, SessionState to) {}

    SessionState state() {
        return state;
    }

    /** @throws IllegalStateException when the table has no such row */
    void move(SessionState to, String reason) {
        SessionState from = state;
        if (!TABLE.contains(new Move(from.getClass(), to.getClass()))) {
            throw new IllegalStateException(
                    "a session cannot go from " + from.wireName() + " to " + to.wireName() + " (" + reason + ")");
        }
        state = to;
        listener.accept(new Step(from, to), reason);
    }
}
