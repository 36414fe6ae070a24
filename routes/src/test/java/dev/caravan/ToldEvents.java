package dev.caravan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.api.Json;
import dev.caravan.inference.frame.Frame;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionEvent;
import dev.caravan.processors.session.Subscriber;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** All that a hub's sessions tell, as JSON. Thread-safe. */
final class ToldEvents implements Subscriber, AutoCloseable {

    private static final long LIMIT_MS = 60_000;

    private final List<JsonNode> events = new ArrayList<>();
    private final Session.Attachment subscription;

    ToldEvents(TestHub hub) {
        subscription = hub.running().hub().sessions().subscribe("told-events", Runnable::run, this);
    }

    @Override
    public void frame(Frame frame) {}

    @Override
    public synchronized void event(SessionEvent event) {
        ObjectNode json = Json.MAPPER.createObjectNode()
                .put("type", event.type().wireName())
                .put("session_id", event.sessionId())
                .put("timestamp_ms", event.timestampMs());
        try {
            json.setAll((ObjectNode) Json.MAPPER.readTree(Json.MAPPER.writeValueAsBytes(event.data())));
            // Read again, so that numbers are of the kinds a reader has.
            events.add(Json.MAPPER.readTree(Json.MAPPER.writeValueAsBytes(json)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        notifyAll();
    }

    synchronized List<JsonNode> soFar(String session) {
        return events.stream().filter(event -> event.get("session_id").asText().equals(session)).toList();
    }

    /** The noise scales that took effect in a session, oldest first. */
    synchronized List<Double> applied(String session) {
        return soFar(session).stream()
                .filter(event -> event.get("type").asText().equals("applied"))
                .map(event -> event.at("/parameters/noise_scale"))
                .filter(JsonNode::isNumber)
                .map(JsonNode::asDouble)
                .toList();
    }

    synchronized void awaitApplied(String session, double noiseScale) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MS);
        while (!applied(session).contains(noiseScale)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited in vain for " + noiseScale + " in " + session + ", applied are " + applied(session));
            }
            try {
                wait(1000);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void close() {
        subscription.close();
    }
}
