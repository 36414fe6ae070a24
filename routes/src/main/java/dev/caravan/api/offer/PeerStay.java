package dev.caravan.api.offer;

import dev.caravan.inference.frame.Origin;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionRefusedException;
import dev.caravan.processors.webrtc.PeerListener;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one peer holds in a session, from its offer to its end: the opener's hold, its seat as a viewer, its place as a source. A peer that
 * offers video it never sends takes no place. Thread-safe; nothing is left behind however early the peer goes.
 */
final class PeerStay implements PeerListener {

    private static final Logger LOG = LoggerFactory.getLogger(PeerStay.class);

    private final Session session;
    private final Origin peer;
    private final Runnable gone;
    private final List<Session.Attachment> held = new ArrayList<>();
    private boolean over;

    /** @param gone told when everything is given back; twice does no harm */
    PeerStay(Session session, Origin peer, Runnable gone) {
        this.session = session;
        this.peer = peer;
        this.gone = gone;
    }

    /** Holds the session as its opener. */
    void open() {
        hold(session.opener());
    }

    void watch() throws SessionRefusedException {
        hold(session.attachViewer(peer.source()));
    }

    @Override
    public void firstFrame(String peerId) {
        try {
            hold(session.attachSource(peer));
        } catch (SessionRefusedException e) {
            LOG.info("{} is no source of session {}: {}", peer.source(), session.id(), e.getMessage());
        }
    }

    @Override
    public void ended(String peerId, String reason) {
        leave();
    }

    /** Gives everything back. */
    void leave() {
        List<Session.Attachment> returned;
        synchronized (this) {
            over = true;
            returned = List.copyOf(held);
            held.clear();
        }
        returned.forEach(Session.Attachment::close);
        gone.run();
    }

    private void hold(Session.Attachment attachment) {
        synchronized (this) {
            if (!over) {
                held.add(attachment);
                return;
            }
        }
        attachment.close();
    }
}
