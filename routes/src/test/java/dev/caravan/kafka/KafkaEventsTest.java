package dev.caravan.kafka;

import static dev.caravan.kafka.KafkaTestHub.text;
import static dev.caravan.kafka.KafkaTestHub.unique;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.inference.pipeline.PipelineLoader.Entry;
import dev.caravan.processors.session.SessionEvent;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class KafkaEventsTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static KafkaTestHub hub;

    @BeforeAll
    static void start() throws Exception {
        hub = KafkaTestHub.start("kafka-failures", "kafka-events", "kafka-scope-events");
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @Test
    void anEventIsWrittenUnderItsSession() throws Exception {
        String session = unique("s");
        hub.inference.emit(new SessionEvent(session, SessionEvent.Type.APPLIED, 17, Map.of("offset", 3)));
        JsonNode event = MAPPER.readTree(text(hub.read("caravan.events", session, 1).getFirst()));
        assertEquals("applied", event.get("type").asText());
        assertEquals(session, event.get("session_id").asText());
        assertEquals(17, event.get("timestamp_ms").asLong());
        assertEquals(3, event.get("offset").asInt());
    }

    @Test
    void anEventThatCanNeverBeWrittenDoesNotHoldUpTheNext() throws Exception {
        String session = unique("s");
        String large = "x".repeat(3 << 20);
        hub.inference.emit(new SessionEvent(session, SessionEvent.Type.ERROR, 1, Map.of("message", large)));
        hub.inference.emit(new SessionEvent(session, SessionEvent.Type.CHUNK, 2, Map.of()));
        assertTrue(text(hub.read("caravan.events", session, 1).getFirst()).contains("\"chunk\""));
        assertEquals(1, hub.count("events_lost"));
    }

    @Test
    void theContractsEventsGoToTheirOwnTopicUnderTheirId() throws Exception {
        hub.kafka.scopeEvents().loadStarted(new Entry("main", unique("pipeline"), Map.of()));
        hub.inference.emit(new SessionEvent(
                "s", SessionEvent.Type.STATE, 1, Map.of("from", "none", "to", "opening", "reason", "", "pipeline_ids", "x")));
        KafkaTestHub.Await.until("both", () -> hub.count("scope_events") == 2);
        var record = hub.all("scope-events", 2).getLast();
        JsonNode event = MAPPER.readTree(text(record));
        assertEquals(new String(record.key(), StandardCharsets.UTF_8), event.get("id").asText());
        assertEquals("stream_trace", event.get("type").asText());
    }
}
