package dev.caravan.processors.kafka;

import dev.caravan.inference.frame.Origin;
import dev.caravan.processors.TraceContext;
import dev.caravan.processors.kafka.OffsetTracker.Ticket;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.SessionRefusedException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * The rules of {@code caravan.controls} (DESIGN §4): at least once, each applied once.
 *
 * <p>A control is done, and its offset may be committed, when its session has taken it or the dead-letter topic has. One for a session
 * that is not open waits in a bounded {@link ControlPen}, and with it all later ones of its key; other keys pass. Called by the thread
 * that polls and by a timer; one lock, never held while waiting for anything but a dead letter's way to Kafka.
 */
public final class ControlsIn {

    /** Gives a control to its session. */
    @FunctionalInterface
    interface Door {
        void deliver(Control control) throws Exception;
    }

    /** Puts a record on the dead-letter topic; returns when it is there. */
    @FunctionalInterface
    interface Grave {
        void bury(InRecord record, String reason) throws Exception;
    }

    /** A record on its way, with the control it holds. */
    record Pending(InRecord record, Ticket ticket, Control control, long sinceMs) {}

    private record Dead(InRecord record, Ticket ticket, String reason) {}

    private final Door door;
    private final Grave grave;
    private final Duration hold;
    private final InstantSource clock;
    private final Counts counts;
    private final ControlPen pen = new ControlPen();
    private final OffsetTracker tracker = new OffsetTracker();
    private final Deque<Dead> unburied = new ArrayDeque<>();

    /** @param hold how long a control waits for its session to be opened */
    ControlsIn(Door door, Grave grave, Duration hold, InstantSource clock, Counts counts) {
        this.door = door;
        this.grave = grave;
        this.hold = hold;
        this.clock = clock;
        this.counts = counts;
    }

    /** Takes a record of the topic. Never fails: whatever is wrong with it ends in the dead-letter topic. */
    public void accept(Exchange exchange) {
        accept(InRecord.of(exchange));
    }

    synchronized void accept(InRecord record) {
        Optional<Ticket> ticket = tracker.begin(record.partition(), record.offset(), record.timestampMs());
        if (ticket.isEmpty()) {
            counts.add("controls_repeated");
            return;
        }
        counts.add("controls");
        try {
            String session = record.sessionId().orElseThrow(() -> new BadRecordException(
                    "the key must be a session id of 1 to 64 letters, digits, dots, dashes or underscores"));
            Origin origin = new Origin("kafka:" + record.topic(), record.details());
            Origin traced = record.header(TraceContext.HEADER).flatMap(TraceContext::read).map(context -> context.on(origin)).orElse(origin);
            Control control = new Control(session, Control.Door.KAFKA, traced, ControlJson.read(record.value()));
            admit(new Pending(record, ticket.get(), control, clock.millis()));
        } catch (BadRecordException e) {
            bury(record, ticket.get(), String.valueOf(e.getMessage()));
        }
    }

    private void admit(Pending pending) throws BadRecordException {
        boolean first = !pen.waits(pending.control().sessionId());
        if ((first && delivered(pending)) || pen.add(pending)) {
            return;
        }
        throw new BadRecordException("too many controls wait for sessions that are not open");
    }

    /** Tries again what waits. Called a few times a second. */
    public synchronized void retry() {
        while (!unburied.isEmpty()) {
            Dead dead = unburied.poll();
            if (tracker.isOurs(dead.ticket()) && !bury(dead.record(), dead.ticket(), dead.reason())) {
                break;
            }
        }
        for (Iterator<Deque<Pending>> keys = pen.keys(); keys.hasNext(); ) {
            Deque<Pending> waiting = keys.next();
            while (!waiting.isEmpty() && settled(waiting.peek())) {
                pen.remove(waiting);
            }
            if (waiting.isEmpty()) {
                keys.remove();
            }
        }
    }

    private boolean settled(Pending pending) {
        if (delivered(pending)) {
            return true;
        }
        if (clock.millis() - pending.sinceMs() <= hold.toMillis()) {
            return false;
        }
        bury(
                pending.record(),
                pending.ticket(),
                "no session " + pending.control().sessionId() + " was opened within " + hold.toSeconds() + " s");
        return true;
    }

    /** False: its session is not open (yet). True: done, one way or the other. */
    private boolean delivered(Pending pending) {
        try {
            door.deliver(pending.control());
            tracker.finish(pending.ticket());
        } catch (SessionRefusedException e) {
            switch (e.kind()) {
                case UNKNOWN_SESSION, CLOSED -> {
                    return false;
                }
                case NOT_LOADED, LIMIT, BAD_ID -> bury(pending.record(), pending.ticket(), String.valueOf(e.getMessage()));
            }
        } catch (Exception e) {
            // The text of anything else may tell about our inside.
            bury(pending.record(), pending.ticket(), "the control could not be applied");
        }
        return true;
    }

    private boolean bury(InRecord record, Ticket ticket, String reason) {
        try {
            grave.bury(record, reason);
            counts.add("controls_dead");
            tracker.finish(ticket);
            return true;
        } catch (Exception e) {
            if (neverFits(e)) {
                // Its sender left no room for the reason. Trying again would hold the partition's offset for ever.
                counts.add("controls_lost");
                tracker.finish(ticket);
                return true;
            }
            // The broker is away. Its offset is not committed, so it cannot get lost; tried again by the timer.
            unburied.addFirst(new Dead(record, ticket, reason));
            return false;
        }
    }

    private static boolean neverFits(Throwable failure) {
        return failure instanceof RecordTooLargeException || failure.getCause() != null && neverFits(failure.getCause());
    }

    /** Offsets to commit, by partition; only what moved since the last call. */
    synchronized Map<Integer, Long> committable() {
        return tracker.committable();
    }

    /** A commit did not arrive: {@link #committable} tells all of it once more. */
    synchronized void commitAgain() {
        tracker.reportAgain();
    }

    /** The partitions are somebody else's: what waits here will be delivered again, to them or to us. */
    synchronized void forget(Collection<Integer> partitions) {
        partitions.forEach(tracker::forget);
        pen.removeIf(pending -> !tracker.isOurs(pending.ticket()));
        unburied.removeIf(dead -> !tracker.isOurs(dead.ticket()));
    }

    synchronized int waiting() {
        return pen.size();
    }
}
