package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Origin;
import dev.caravan.logs.LifeCycleLog;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.SessionRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the log says of a hub, its sessions, peers and models. */
class LifeCycleTest {

    private static final Pattern EVENT = Pattern.compile("event=(\\S+)");

    static LogCapture log;
    static TestHub hub;

    @BeforeAll
    static void start() {
        log = LogCapture.of(Level.INFO, LifeCycleLog.NAME);
        hub = TestHub.start();
        hub.load("passthrough");
    }

    @AfterAll
    static void stop() {
        hub.close();
        log.close();
    }

    private static List<String> events(List<String> lines) {
        return lines.stream().map(EVENT::matcher).filter(Matcher::find).map(found -> found.group(1)).toList();
    }

    private static boolean ends(List<String> lines, String event) {
        return !lines.isEmpty() && lines.getLast().contains("event=" + event + " ");
    }

    @Test
    void everyStepOfASessionIsOneLineAndNoFrameIs() throws Exception {
        assertEquals(201, hub.post("/api/v1/sessions", "{\"id\":\"steps\"}").statusCode());
        byte[] picture = ContractCase.jpeg(16, 16);
        for (int i = 0; i < 40; i++) {
            hub.send("POST", "/api/v1/sessions/steps/frames", BodyPublishers.ofByteArray(picture), "Content-Type", "image/jpeg");
        }
        try (HubClient client = new HubClient(hub.running().baseUri())) {
            client.await("/api/v1/sessions/steps", session -> session.get("frames_out").asLong() > 0);
        }
        hub.post("/api/v1/sessions/steps/parameters", "{\"paused\":true}");
        log.await(" session=steps ", lines -> ends(lines, "session.paused"));
        hub.post("/api/v1/sessions/steps/parameters", "{\"paused\":false}");
        log.await(" session=steps ", lines -> ends(lines, "session.streaming"));
        hub.send("DELETE", "/api/v1/sessions/steps", BodyPublishers.noBody());
        List<String> lines = log.await(" session=steps ", found -> ends(found, "session.closed"));
        assertEquals(
                List.of("session.opening", "session.streaming", "session.paused", "session.streaming", "session.closing", "session.closed"),
                events(lines), String.join("\n", lines));
        assertEquals("INFO event=session.paused session=steps from=streaming reason=\"paused by a control\" pipelines=passthrough", lines.get(2));
        assertTrue(lines.get(4).contains("reason=\"deleted by a client\""), lines.get(4));
        assertTrue(lines.getLast().matches(".* frames_in=40 frames_out=[1-9]\\d*"), lines.getLast());
    }

    @Test
    void whatAClientSaysOfItselfCannotForgeALine() throws Exception {
        String hostile = "eve\n2026-01-01 00:00:00,000 - caravan.lifecycle - INFO - event=hub.stopped \u001b[2J\" event=forged";
        hub.running().hub().sessions().open(new SessionRequest(
                Optional.of("hostile"), Origin.of("rest"), Control.Door.REST, List.of(), Map.of(),
                Map.of("user_id", hostile, "connection_id", "c".repeat(10_000))));
        hub.running().hub().sessions().close("hostile", "bye\r\nevent=forged");
        List<String> lines = log.await(" session=hostile ", found -> ends(found, "session.closed"));
        for (String line : lines) {
            assertEquals(1, line.lines().count(), line);
            assertFalse(line.contains("\u001b"), line);
            assertTrue(line.length() < 1200, line);
            assertTrue(line.contains(" user=\"eve\\u000a2026"), line);
        }
        assertTrue(log.lines().stream().noneMatch(line -> line.startsWith("INFO event=forged")));
        assertEquals(400, hub.post("/api/v1/sessions", "{\"id\":\"a\\nevent=forged\"}").statusCode());
    }

    @Test
    void aPeerIsToldWhenItComesAndWhenItGoes() throws Exception {
        try (HubClient client = new HubClient(hub.running().baseUri())) {
            String id;
            try (HubClient.Connected browser = client.connect()) {
                id = browser.id();
            }
            List<String> lines = log.await(" peer=" + id + " ", found -> ends(found, "peer.ended"));
            assertEquals(List.of("peer.connected", "peer.ended"), events(lines));
            assertTrue(lines.getFirst().endsWith(" session=" + id + " source=true viewer=true"), lines.getFirst());
            hub.send("DELETE", "/api/v1/sessions/" + id, BodyPublishers.noBody());
        }
    }

    @Test
    void loadsAndTheirFailuresAreTold() throws Exception {
        hub.post("/api/v1/pipeline/load", "{\"pipeline_ids\":[\"passthrough\",\"longlive\"]}");
        List<String> failed = log.await(" pipeline=longlive ", found -> ends(found, "model.failed"));
        assertEquals(List.of("model.loading", "model.failed"), events(failed));
        assertTrue(failed.getLast().startsWith("WARN ") && failed.getLast().contains(" reason=\""), failed.getLast());
        hub.load("passthrough");
        assertEquals(List.of("model.loading", "model.loaded"),
                events(log.await(" pipeline=passthrough ", found -> found.size() >= 2)).subList(0, 2));
    }

    @Test
    void aHubSaysWhenItStartsAndStops() throws Exception {
        String address;
        try (TestHub other = TestHub.start()) {
            address = " address=" + other.running().baseUri();
        }
        List<String> lines = log.await(address, found -> ends(found, "hub.stopped"));
        assertEquals(List.of("hub.started", "hub.stopping", "hub.stopped"), events(lines));
        assertTrue(lines.getFirst().contains(" version="), lines.getFirst());
        assertTrue(log.lines().contains("INFO event=hub.starting"));
    }
}
