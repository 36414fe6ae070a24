package dev.caravan.processors.session;

import dev.caravan.inference.pipeline.ParameterTable;
import java.util.ArrayList;
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
        ParameterTable.Checked checked = session.environment.rules().check(control.update());
        List<ParameterTable.Error> errors = checked.errors();
        Map<String, Object> accepted = checked.accepted();
        if (strict && !errors.isEmpty()) {
            return new Session.Receipt(-1, Map.of(), errors);
        }
        if (control.update().get(ParameterKeys.NODE_ID) instanceof Object node
                && !session.nodeIds.contains(String.valueOf(node))) {
            LOG.debug("session {}: a control for a node it does not have is ignored", session.id);
            return new Session.Receipt(-1, Map.of(), tell(session, control, errors, strict));
        }
        // One lock for check and append, and for telling, so that events come in the order of offsets.
        synchronized (session.log) {
            Optional<ParameterTable.Error> refusal = session.log.refusal(accepted);
            if (refusal.isPresent()) {
                errors = new ArrayList<>(errors);
                errors.add(refusal.get());
                accepted = Map.of();
            }
            tell(session, control, errors, strict);
            if (accepted.isEmpty() || !session.life.state().live()) {
                return new Session.Receipt(-1, Map.of(), errors);
            }
            ControlLog.Entry entry = append(session, control.door(), accepted);
            if (told(control.door())) {
                session.events.parametersUpdated(accepted);
            }
            return new Session.Receipt(entry.offset(), accepted, errors);
        }
    }

    /** Appends an update that needs no check any more. */
    static ControlLog.Entry append(SessionParts session, Control.Door door, Map<String, Object> accepted) {
        ControlLog.Entry entry = session.log.append(door, accepted);
        if (accepted.containsKey(ParameterKeys.ACTIVE_SOURCE)) {
            String name = accepted.get(ParameterKeys.ACTIVE_SOURCE) instanceof String text ? text : "";
            session.sources.pin(name.isEmpty() ? Optional.empty() : Optional.of(name));
        }
        if (ControlLog.hubOnly(entry)) {
            session.events.applied(entry, session.maker.chunks());
        }
        session.bell.ring();
        return entry;
    }

    private static List<ParameterTable.Error> tell(
            SessionParts session, Control control, List<ParameterTable.Error> errors, boolean strict) {
        if (!strict && !errors.isEmpty()) {
            session.events.rejected(control, errors);
        }
        return errors;
    }

    /** Whether clients on data channels must be told what somebody else changed. */
    private static boolean told(Control.Door door) {
        return switch (door) {
            case REST, KAFKA, ROUTE -> true;
            case OFFER, DATA_CHANNEL -> false;
        };
    }
}
