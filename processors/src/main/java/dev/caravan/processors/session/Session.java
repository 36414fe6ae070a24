package dev.caravan.processors.session;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.pipeline.ParameterTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** One live generation. All methods are thread-safe and return at once; the work happens on the session's own thread. */
public final class Session {

    private final SessionParts parts;
    private final Attachment opener;

    Session(SessionParts parts) {
        this.parts = parts;
        opener = attachment(() -> parts.attendance.openerLeft(parts.timing.nanos()));
    }

    public String id() {
        return parts.id;
    }

    /** The entrance it was opened through. */
    public Control.Door door() {
        return parts.request.door();
    }

    /** Node ids of its chain, in order. */
    public List<String> nodeIds() {
        return parts.nodeIds;
    }

    /** What somebody should know of what its pipelines were loaded from, in whole sentences: that weights are random, for example. */
    public List<String> notes() {
        return parts.notes;
    }

    /** What the client that opened it sent along: {@code user_id}, {@code connection_id}, {@code connection_info}. */
    public Map<String, Object> attributes() {
        return parts.request.attributes();
    }

    /**
     * The hold of who opened it: the session does not end for want of company before this is closed. A session opened by Kafka frames or
     * a route has no such hold; it lives as long as frames come or somebody is attached.
     */
    public Attachment opener() {
        return opener;
    }

    /**
     * Hands over a frame. Never blocks; the newest frames win and every frame not used is counted by cause.
     * The first frame of a source that is not attached attaches it for as long as it keeps sending.
     */
    public void offer(Frame offered) {
        long now = parts.timing.nanos();
        parts.in.mark(now);
        Entrance entrance = Entrance.of(offered.origin());
        parts.observer.frameIn(entrance, offered.sequence(), offered.arrivedMicros() - offered.timestampMicros());
        Frame frame = parts.tracer.arrived(entrance, offered);
        parts.attendance.frameArrived(now);
        if (!parts.held.room(frame.picture().bytes(), now)) {
            parts.drops.count(Drops.Cause.MEMORY, frame);
            parts.maker.warnMemory(now);
            return;
        }
        parts.held.track(frame.picture());
        if (parts.input.offer(frame, now)) {
            parts.bell.ring();
        }
    }

    /**
     * Validates an update, appends its good keys to the control log and returns what was found. Applied at the next chunk.
     * An update for a {@code node_id} that the session does not have is no error, but nothing of it applies (contract §7.5).
     *
     * @param strict apply nothing when any key is bad (offers and REST); otherwise the good keys apply and a
     *               {@code REJECTED} event names the bad ones (data channel, Kafka, routes)
     */
    public Receipt control(Control control, boolean strict) {
        return ControlDoor.admit(parts, control, strict);
    }

    /** Announces a source that will send frames. The one whose first frame came last is active. Detach by closing. */
    public Attachment attachSource(Origin origin) throws SessionRefusedException {
        requireLive();
        if (!parts.sources.attach(origin.source(), parts.timing.nanos())) {
            throw new SessionRefusedException(SessionRefusedException.Cause.LIMIT,
                    "this session has " + SourceBoard.MAX_SOURCES + " sources, as many as it may have");
        }
        parts.attendance.sourceCame();
        return attachment(() -> {
            parts.sources.detach(origin.source());
            parts.attendance.sourceLeft(parts.timing.nanos());
        });
    }

    /**
     * Announces a viewer: somebody who watches the output through a route.
     *
     * @param name unique within the session, for example {@code webrtc:<peer id>}
     */
    public Attachment attachViewer(String name) throws SessionRefusedException {
        requireLive();
        Object token = new Object();
        int limit = parts.environment.limits().viewers();
        if (!parts.attendance.viewerCame(token, name, limit)) {
            throw new SessionRefusedException(SessionRefusedException.Cause.LIMIT,
                    "this session has " + limit + " viewers, as many as it may have (limit: viewers)");
        }
        parts.bell.ring();
        return attachment(() -> parts.attendance.viewerLeft(token, parts.timing.nanos()));
    }

    /** The merged parameters now in force (or in force from the next chunk on). */
    public Map<String, Object> parameters() {
        return parts.log.merged();
    }

    /** Whether its frames are wanted at an output, for example {@code kafka}: the {@code outputs} control, or how it was opened. */
    public boolean wants(String output) {
        return parts.log.outputs().contains(output);
    }

    /** The newest generated frame. Asking for it is watching: it wakes a session that rests because nobody watches. */
    public Optional<Frame> latestFrame() {
        parts.attendance.looked(parts.timing.nanos());
        if (parts.life.state() instanceof SessionState.Paused) {
            parts.bell.ring();
        }
        return parts.output.latest();
    }

    /** A picture of everything an operator wants to know: state, pipelines, sources, viewers, counters, rates. */
    public SessionSnapshot snapshot() {
        long now = parts.timing.nanos();
        Optional<Frame> latest = parts.output.latest();
        SessionState state = parts.life.state();
        return new SessionSnapshot(
                parts.id,
                parts.request.opener().source(),
                state.wireName(),
                parts.openedMs,
                TimeUnit.NANOSECONDS.toMillis(now - parts.openedNanos) / 1000.0,
                parts.nodeIds,
                parts.maker.mode(),
                latest.map(Frame::width).orElse(0),
                latest.map(Frame::height).orElse(0),
                parts.sources.names(now),
                parts.sources.active(now),
                parts.attendance.viewers(),
                parts.in.total(),
                parts.out.total(),
                parts.drops.snapshot(),
                parts.maker.chunks(),
                parts.log.size(),
                parts.in.perSecond(now),
                parts.out.perSecond(now),
                parts.maker.pipelineFps(),
                state instanceof SessionState.Closed(Optional<String> error) ? error
                        : state instanceof SessionState.Closing closing ? closing.error() : Optional.empty(),
                parts.log.outputs());
    }

    SessionParts parts() {
        return parts;
    }

    private void requireLive() throws SessionRefusedException {
        if (!parts.life.state().live()) {
            throw new SessionRefusedException(SessionRefusedException.Cause.CLOSED, "session " + parts.id + " is closing");
        }
    }

    private Attachment attachment(Runnable detach) {
        AtomicBoolean closed = new AtomicBoolean();
        return () -> {
            if (closed.compareAndSet(false, true)) {
                detach.run();
                // The last one to leave sets the time the session ends; its thread must learn it.
                parts.bell.ring();
            }
        };
    }

    /**
     * @param offset  of the control in the session's log, or -1 when nothing was accepted
     * @param applied the accepted keys
     * @param errors  the refused ones
     */
    public record Receipt(long offset, Map<String, Object> applied, List<ParameterTable.Error> errors) {}

    /** Closing detaches; closing twice is harmless. */
    public interface Attachment extends AutoCloseable {
        @Override
        void close();
    }
}
