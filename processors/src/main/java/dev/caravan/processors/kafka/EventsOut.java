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

    /** Whether the exchange holds an event and there is room in the backlog; its body is the record's value then. */
    public boolean admit(Exchange exchange) throws JsonProcessingException {
        if (!(exchange.getMessage().getBody() instanceof SessionEvent event) || !outlet.admit(exchange)) {
            return false;
        }
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setHeader(KafkaConstants.KEY, event.sessionId());
        exchange.getMessage().setBody(json(event));
        return true;
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
