package dev.caravan.processors.session;

import dev.caravan.inference.frame.Origin;
import java.util.Locale;
import java.util.Map;

/**
 * A partial update of a session's parameters on its way to the session: not yet validated, so hostile.
 *
 * @param sessionId the session it is for
 * @param door      the entrance it came through
 * @param origin    who sent it, to answer to: {@code webrtc:<peer id>} for a data channel
 * @param update    a JSON object as maps, lists, strings, numbers and booleans
 */
public record Control(String sessionId, Door door, Origin origin, Map<String, Object> update) {

    /** Entrances, named as they appear in {@code applied} events. */
    public enum Door {
        OFFER,
        DATA_CHANNEL,
        REST,
        KAFKA,
        ROUTE;

        /** The name in events: {@code data_channel}. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
