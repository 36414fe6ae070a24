package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.api.Json;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a hub stops that leaves its sessions time. */
@Timeout(120)
class DrainTest {

    private static final String AN_HOUR = "--drain-s=3600";
    private static final String OFFER = "{\"type\":\"offer\",\"sdp\":\"v=0\",\"initialParameters\":{%s}}";

    @Test
    void itTakesNobodyNewTellsItsPeersAndEndsWithItsLastSession() throws Exception {
        try (TestHub hub = TestHub.start(AN_HOUR);
                HubClient client = new HubClient(hub.running().baseUri())) {
            hub.load("test-card");
            try (HubClient.Connected viewer = client.connect()) {
                CompletableFuture<Void> stopped = stop(hub);
                Await.until("the hub is not ready", () -> hub.status("/health/ready") != 200);

                assertTrue(hub.fetch("/health/ready").body().contains("about to stop"), "readiness gives no reason");
                assertEquals(200, hub.status("/health/live"));
                String watching = "\"watch\":\"" + viewer.id() + "\"";
                for (HttpResponse<String> refused : List.of(
                        hub.post("/api/v1/sessions", "{}"),
                        hub.post("/api/v1/session/start", "{\"pipeline_id\":\"test-card\",\"input_mode\":\"text\"}"),
                        hub.post("/api/v1/webrtc/offer", OFFER.formatted("")),
                        hub.post("/api/v1/webrtc/offer", OFFER.formatted(watching)))) {
                    assertEquals(503, refused.statusCode(), refused.body());
                    assertEquals("{\"detail\":\"the hub is about to stop and takes nobody new: try again in a moment\"}", refused.body());
                }
                JsonNode news = Json.MAPPER.readTree(await(viewer, "hub_stopping"));
                assertEquals(3600, news.get("seconds").asInt());
                String session = "/api/v1/sessions/" + viewer.id();
                long before = hub.get(session).get("frames_out").asLong();
                client.await(session, now -> now.get("frames_out").asLong() > before);
                assertTrue(!stopped.isDone(), "it stopped with a session left");

                hub.send("DELETE", session, BodyPublishers.noBody());
                stopped.get(60, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void itEndsWhenTheTimeIsOverOrNoSessionIsLeftWhicheverComesFirst() {
        try (TestHub hub = TestHub.start()) {
            hub.load("test-card");
            assertEquals(201, hub.post("/api/v1/sessions", "{\"id\":\"studio\"}").statusCode());
            Hub parts = hub.running().hub();

            Drain.End end = new Drain(parts.sessions(), parts.peers(), Duration.ofMillis(1)).await();

            assertEquals(Drain.End.TIME_OVER, end);
            assertEquals(1, parts.sessions().all().size(), "whoever waited ends what is left");

            parts.sessions().close("studio", "deleted by a client");
            assertEquals(Drain.End.EMPTY, new Drain(parts.sessions(), parts.peers(), Duration.ofHours(1)).await());
        }
    }

    @Test
    void aSecondSignalStopsItAtOnce(@TempDir Path data) throws Exception {
        try (HubProcess hub = HubProcess.start(data, List.of("-Xmx256m"), "--kafka=none", "--pipeline=test-card", AN_HOUR);
                HubClient client = new HubClient(hub.uri())) {
            client.await("/api/v1/pipeline/status", status -> status.get("status").asText().equals("loaded"));
            assertEquals(201, client.send("POST", "/api/v1/sessions", "{}").statusCode());

            hub.terminate();
            Await.until("the hub is not ready", () -> readiness(client) != 200);
            hub.terminate();

            assertEquals(128 + 15, hub.awaitEnd(), hub::lastWords);
        }
    }

    private static CompletableFuture<Void> stop(TestHub hub) {
        return CompletableFuture.runAsync(hub.running()::close, task -> Thread.ofPlatform().name("stopping").start(task));
    }

    private static int readiness(HubClient client) {
        try {
            return client.send("GET", "/health/ready", "").statusCode();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Other news may come before it; waiting for each is bounded. */
    private static String await(HubClient.Connected peer, String type) throws Exception {
        String message = peer.peer().message();
        while (!message.contains("\"" + type + "\"")) {
            message = peer.peer().message();
        }
        return message;
    }
}
