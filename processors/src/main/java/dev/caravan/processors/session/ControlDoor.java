package dev.caravan.processors.session;

import dev.caravan.inference.pipeline.ParameterTable;
import dev.caravan.inference.pipeline.ParameterTable.Leniency;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where controls enter a session: checked, appended, told to subscribers. Runs on the sender's thread. */
final class ControlDoor {

    private static final Logger LOG = LoggerFactory.getLogger(ControlDoor.class);

    private ControlDoor() {}

    static Session.Receipt admit(SessionParts session, Control control, boolean strict) {
        ParameterTable.Checked checked =
                ParameterTable.check(control.update(), strict ? Leniency.STRICT : Leniency.LENIENT);
        if (strict && !checked.errors().isEmpty()) {
            session.observer.controlRejected(control.door());
            return untaken(session, control, checked.errors());
        }
        Map<String, Object> accepted = checked.accepted();
        List<ParameterTable.Error> errors = checked.errors();
        if (ParameterKeys.weight(accepted) > ControlLog.MAX_UPDATE) {
            errors = List.of(new ParameterTable.Error(List.of(accepted.keySet().iterator().next()), "too_long",
                    "an update may have " + ControlLog.MAX_UPDATE + " characters; send a smaller one", null));
            accepted = Map.of();
        }
        if (!errors.isEmpty()) {
            session.observer.controlRejected(control.door());
        }
        // One lock for appending and telling, so that events come in the order of offsets.
        synchronized (session.log) {
            if (!strict && !errors.isEmpty()) {
                session.events.rejected(control, errors);
            }
            if (accepted.isEmpty() || !session.life.state().live() || forAnotherNode(session, accepted)) {
                return untaken(session, control, errors);
            }
            ControlLog.Entry entry = append(session, control.door(), accepted);
            if (told(control.door())) {
                session.events.parametersUpdated(accepted);
            }
            Session.Receipt receipt = new Session.Receipt(entry.offset(), accepted, errors);
            // Under the lock too: no chunk begins with a control before its trace is known.
            session.tracer.control(control, receipt, !ControlLog.hubOnly(entry));
            return receipt;
        }
    }

    private static Session.Receipt untaken(SessionParts session, Control control, List<ParameterTable.Error> errors) {
        Session.Receipt receipt = new Session.Receipt(-1, Map.of(), errors);
        session.tracer.control(control, receipt, false);
        return receipt;
    }

    /** The contract wants it harmless (§2.6): ignored with a log line. */
    private static boolean forAnotherNode(SessionParts session, Map<String, Object> accepted) {
        String node = ParameterKeys.text(accepted, ParameterKeys.NODE_ID);
        if (node.isEmpty() || session.nodeIds.contains(node)) {
            return false;
        }
        LOG.debug("session {}: a control for a node it does not have is ignored", session.id);
        return true;
    }

    /** Appends an update that needs no check any more. */
    static ControlLog.Entry append(SessionParts session, Control.Door door, Map<String, Object> accepted) {
        ControlLog.Entry entry = session.log.append(door, accepted);
        session.observer.controlApplied(door);
        if (accepted.containsKey(ParameterKeys.ACTIVE_SOURCE)) {
            String name = ParameterKeys.text(accepted, ParameterKeys.ACTIVE_SOURCE);
            session.sources.pin(name.isEmpty() ? Optional.empty() : Optional.of(name));
        }
        if (ControlLog.hubOnly(entry)) {
            session.events.applied(entry, session.maker.chunks());
        }
        session.bell.ring();
        return entry;
    }

    /** Whether clients on data channels must be told what somebody else changed. */
    private static boolean told(Control.Door door) {
        return switch (door) {
            case REST, KAFKA, ROUTE -> true;
            case OFFER, DATA_CHANNEL -> false;
        };
    }
}
