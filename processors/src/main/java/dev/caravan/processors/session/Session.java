package dev.caravan.processors.session;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.pipeline.ParameterTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One live generation. All methods are thread-safe and return at once; the work happens on the session's own thread. */
public final class Session {

    Session() {}

    public String id() {
        throw new UnsupportedOperationException();
    }

    /**
     * Hands over a frame. Never blocks; the newest frames win and every frame not used is counted by cause.
     * The first frame of a source that is not attached attaches it for as long as it keeps sending.
     */
    public void offer(Frame frame) {
        throw new UnsupportedOperationException();
    }

    /**
     * Validates an update, appends its good keys to the control log and returns what was found. Applied at the next chunk.
     *
     * @param strict apply nothing when any key is bad (offers and REST); otherwise the good keys apply and a
     *               {@code REJECTED} event names the bad ones (data channel, Kafka, routes)
     */
    public Receipt control(Control control, boolean strict) {
        throw new UnsupportedOperationException();
    }

    /** Announces a source that will send frames. The one that started last is active. Detach by closing. */
    public Attachment attachSource(Origin origin) throws SessionRefusedException {
        throw new UnsupportedOperationException();
    }

    /**
     * Announces a viewer: somebody who watches the output through a route.
     *
     * @param name unique within the session, for example {@code webrtc:<peer id>}
     */
    public Attachment attachViewer(String name) throws SessionRefusedException {
        throw new UnsupportedOperationException();
    }

    /** The merged parameters now in force (or in force from the next chunk on). */
    public Map<String, Object> parameters() {
        throw new UnsupportedOperationException();
    }

    /** The newest generated frame. */
    public Optional<Frame> latestFrame() {
        throw new UnsupportedOperationException();
    }

    /** A picture of everything an operator wants to know: state, pipelines, sources, viewers, counters, rates. */
    public SessionSnapshot snapshot() {
        throw new UnsupportedOperationException();
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
