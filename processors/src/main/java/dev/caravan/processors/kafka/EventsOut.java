package dev.caravan.processors.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.processors.session.SessionEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.component.kafka.KafkaConstants;

/**
 * Writes session events as records of {@code caravan.events}, the audit log:
 * {@code {"type":"applied","session_id":"...","timestamp_ms":1777554643123, ...data}}. Thread-safe.
 */
public final class EventsOut {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Outlet outlet;

    EventsOut(Outlet outlet) {
        this.outlet = outlet;
    }

    /** Makes the exchange the record of its event; anything else, and an event for which the backlog has no room, goes no further. */
    public void admit(Exchange exchange) throws JsonProcessingException {
        if (!(exchange.getMessage().getBody() instanceof SessionEvent event)) {
            exchange.setRouteStop(true);
        } else if (outlet.admit(exchange)) {
            exchange.getMessage().removeHeaders("*");
            exchange.getMessage().setHeader(KafkaConstants.KEY, event.sessionId());
            exchange.getMessage().setBody(json(event));
        }
    }

    static byte[] json(SessionEvent event) throws JsonProcessingException {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("type", event.type().wireName());
        object.put("session_id", event.sessionId());
        object.put("timestamp_ms", event.timestampMs());
        // Three names are ours, whatever the details say.
        event.data().forEach(object::putIfAbsent);
        return MAPPER.writeValueAsBytes(object);
    }
}
