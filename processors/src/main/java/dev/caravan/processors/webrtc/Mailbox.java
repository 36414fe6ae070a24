package dev.caravan.processors.webrtc;

import dev.caravan.inference.frame.Frame;
import dev.caravan.processors.session.Control;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one peer has for one subscriber: at most {@value #MAX_FRAMES} frames and {@value #MAX_CONTROLS} controls, in order; the oldest
 * of a kind makes room. Handing over never blocks; one thread of the subscriber's executor at a time takes things out.
 */
final class Mailbox {

    static final int MAX_FRAMES = 2;
    static final int MAX_CONTROLS = 256;

    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);

    private final PeerSubscriber subscriber;
    private final Executor executor;

    private final ArrayDeque<Object> items = new ArrayDeque<>();
    private int frames;
    private int controls;
    private long droppedFrames;
    private long droppedControls;
    private boolean busy;
    private boolean closed;

    Mailbox(PeerSubscriber subscriber, Executor executor) {
        this.subscriber = subscriber;
        this.executor = executor;
    }

    void offer(Frame frame) {
        synchronized (items) {
            if (closed) {
                return;
            }
            if (frames == MAX_FRAMES) {
                removeOldest(Frame.class);
                frames--;
                droppedFrames++;
            }
            frames++;
            items.add(frame);
            if (busy) {
                return;
            }
            busy = true;
        }
        submit();
    }

    void offer(Control control) {
        synchronized (items) {
            if (closed) {
                return;
            }
            if (controls == MAX_CONTROLS) {
                removeOldest(Control.class);
                controls--;
                droppedControls++;
            }
            controls++;
            items.add(control);
            if (busy) {
                return;
            }
            busy = true;
        }
        submit();
    }

    /** Frames that wait are dropped, controls still arrive: the last thing a peer asked for counts. */
    void close() {
        synchronized (items) {
            closed = true;
            items.removeIf(Frame.class::isInstance);
            frames = 0;
        }
    }

    long droppedFrames() {
        synchronized (items) {
            return droppedFrames;
        }
    }

    long droppedControls() {
        synchronized (items) {
            return droppedControls;
        }
    }

    private void submit() {
        try {
            executor.execute(this::drain);
        } catch (RejectedExecutionException e) { // the subscriber's route is stopping
            synchronized (items) {
                closed = true;
                items.clear();
            }
        }
    }

    private void drain() {
        for (Object item = next(); item != null; item = next()) {
            try {
                if (item instanceof Frame frame) {
                    subscriber.frame(frame);
                } else {
                    subscriber.control((Control) item);
                }
            } catch (Throwable e) {
                LOG.warn("A subscriber of peers failed", e);
            }
        }
    }

    private @Nullable Object next() {
        synchronized (items) {
            Object item = items.poll();
            if (item == null) {
                busy = false;
            } else if (item instanceof Frame) {
                frames--;
            } else {
                controls--;
            }
            return item;
        }
    }

    private void removeOldest(Class<?> kind) {
        for (Iterator<Object> i = items.iterator(); i.hasNext(); ) {
            if (kind.isInstance(i.next())) {
                i.remove();
                return;
            }
        }
    }
}
