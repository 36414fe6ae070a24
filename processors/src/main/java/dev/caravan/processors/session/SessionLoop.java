package dev.caravan.processors.session;

import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.processors.session.SessionState.Closed;
import dev.caravan.processors.session.SessionState.Closing;
import dev.caravan.processors.session.SessionState.Opening;
import dev.caravan.processors.session.SessionState.Paused;
import dev.caravan.processors.session.SessionState.Streaming;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the owner thread of a session does: one turn after the other until the session is closed. A turn does what can be done now and
 * says when the next is due at the latest; between turns the thread sleeps until then or until somebody rings.
 */
final class SessionLoop implements Runnable {

    /** There is nothing left to do. */
    static final long DONE = -1;

    private static final long AT_ONCE = 0;
    private static final Logger LOG = LoggerFactory.getLogger(SessionLoop.class);

    private final SessionParts session;
    private final SessionLifeCycle life;
    private final Runnable ended;
    private final AtomicReference<Optional<Closing>> wish = new AtomicReference<>(Optional.empty());

    SessionLoop(SessionParts session, Runnable ended) {
        this.session = session;
        this.life = session.life;
        this.ended = ended;
    }

    /** Asks the session to end. The first reason counts. From any thread. */
    void end(String reason) {
        wish.compareAndSet(Optional.empty(), Optional.of(new Closing(reason, Optional.empty())));
        session.bell.ring();
    }

    /** Whether somebody asked it to end. From any thread. */
    boolean ending() {
        return wish.get().isPresent();
    }

    Timing.Bell bell() {
        return session.bell;
    }

    @Override
    public void run() {
        long until = AT_ONCE;
        while (until != DONE) {
            try {
                if (until != AT_ONCE) {
                    session.bell.await(until);
                }
                until = turn();
            } catch (InterruptedException e) {
                end("the hub stops");
                until = AT_ONCE;
            }
        }
    }

    /**
     * @return when the next turn is due at the latest, a point of {@link Timing#nanos()} (in the past: at once,
     *         {@link Timing#NEVER}: when rung for), or {@link #DONE}
     */
    long turn() throws InterruptedException {
        try {
            SessionState state = life.state();
            if (state.live() && wish.get().isPresent()) {
                return close(wish.get().get());
            }
            return switch (state) {
                case Opening opening -> open();
                case Streaming streaming -> stream();
                case Paused paused -> rest();
                case Closing closing -> finish(closing);
                case Closed closed -> DONE;
            };
        } catch (PipelineException e) {
            // The message itself is told as the reason why the session ends.
            if (e.getCause() != null) {
                LOG.warn("session {} failed", session.id, e);
            }
            return fail(e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.error("session {} failed", session.id, e);
            return fail("internal error (" + e.getClass().getSimpleName() + "); see the log of the hub");
        }
    }

    private long open() throws PipelineException {
        session.maker.open();
        life.move(new Streaming(), "its pipelines are ready");
        return AT_ONCE;
    }

    private long stream() throws PipelineException, InterruptedException {
        long now = session.timing.nanos();
        long closeAt = session.attendance.closeAt();
        if (now >= closeAt) {
            return close(new Closing("nobody is left", Optional.empty()));
        }
        boolean text = session.maker.textMode();
        Optional<String> rest = reasonToRest(text, now);
        if (rest.isPresent()) {
            session.input.admit(FrameInput.Admission.PAUSED);
            life.move(new Paused(rest.get()), rest.get());
            return AT_ONCE;
        }
        long idleAt = text && session.log.outputs().isEmpty() ? session.attendance.idleAt() : Timing.NEVER;
        return Math.min(session.maker.turn(), Math.min(closeAt, idleAt));
    }

    private long rest() {
        long now = session.timing.nanos();
        long closeAt = session.attendance.closeAt();
        if (now >= closeAt) {
            return close(new Closing("nobody is left", Optional.empty()));
        }
        if (reasonToRest(session.maker.textMode(), now).isPresent()) {
            return closeAt;
        }
        session.maker.gap();
        life.move(new Streaming(), "wanted again");
        return AT_ONCE;
    }

    private Optional<String> reasonToRest(boolean text, long now) {
        if (session.log.paused()) {
            return Optional.of("paused by a control");
        }
        if (text && session.log.outputs().isEmpty() && now >= session.attendance.idleAt()) {
            return Optional.of("nobody watches");
        }
        return Optional.empty();
    }

    private long fail(String message) {
        if (life.state() instanceof Closing closing) {
            // It was ending anyway, and must.
            return closed(closing);
        }
        session.events.error(message, true, 0);
        return close(new Closing("failed", Optional.of(message)));
    }

    private long close(Closing closing) {
        life.move(closing, closing.error().orElse(closing.reason()));
        return AT_ONCE;
    }

    private long finish(Closing closing) {
        session.input.admit(FrameInput.Admission.CLOSING);
        session.maker.close();
        return closed(closing);
    }

    private long closed(Closing closing) {
        session.events.streamStopped(closing.reason(), closing.error(), session.in.total(), session.out.total());
        life.move(new Closed(closing.error()), closing.reason());
        ended.run();
        return DONE;
    }
}
