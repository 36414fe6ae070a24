package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole way of a model: not there, fetched from a model hub, loaded, and making pictures. */
class LongLiveDownloadTest {

    @TempDir
    Path data;

    @Test
    @Timeout(120)
    void aModelIsFetchedLoadedAndMakesPictures() throws Exception {
        try (FolderModelHub modelHub = new FolderModelHub(TinySet.folder());
                TestHub hub = TestHub.startIn(data, "--device=cpu", "--hf-endpoint=" + modelHub.endpoint());
                HubClient client = new HubClient(hub.running().baseUri())) {
            assertFalse(client.get("/api/v1/models/status?pipeline_id=longlive").get("downloaded").asBoolean());
            String missing = load(client).get("error").asText();
            assertTrue(missing.contains("LongLive-1.3B/models/longlive_base.pt") && missing.contains("/api/v1/models/download"), missing);
            assertFalse(missing.contains(data.toString()), missing);

            HttpResponse<String> begun = client.send("POST", "/api/v1/models/download", "{\"pipeline_id\":\"longlive\"}");
            assertEquals(200, begun.statusCode(), begun.body());
            JsonNode downloaded = client.await("/api/v1/models/status?pipeline_id=longlive",
                    status -> status.get("downloaded").asBoolean() || status.at("/progress/error").isTextual());
            assertTrue(downloaded.get("downloaded").asBoolean(), downloaded::toString);
            assertTrue(modelHub.fetched.containsAll(List.of(
                    "Wan2.1-T2V-1.3B/google/umt5-xxl/tokenizer.json", "LongLive-1.3B/models/lora.pt", "Autoencoders/taew2_1.pth")),
                    modelHub.fetched::toString);

            JsonNode loaded = load(client);
            assertEquals("loaded", loaded.get("status").asText(), loaded::toString);
            assertEquals("longlive", loaded.get("pipeline_id").asText());
            List<String> notes = StreamSupport.stream(loaded.get("notes").spliterator(), false).map(JsonNode::asText).toList();
            assertTrue(notes.getFirst().startsWith("random weights"), notes::toString);
            assertEquals(1, notes.size(), notes::toString);

            HttpResponse<String> started = client.send("POST", "/api/v1/session/start", "{\"pipeline_id\":\"longlive\"}");
            assertEquals(200, started.statusCode(), started.body());
            client.await("/api/v1/session/metrics", metrics -> metrics.at("/sessions/headless/frames_out").asLong() > 9);
            BufferedImage picture = ImageIO.read(new ByteArrayInputStream(bytes(hub, "/api/v1/session/frame")));
            assertEquals(List.of(64, 48), List.of(picture.getWidth(), picture.getHeight()));
        }
    }

    private static JsonNode load(HubClient client) throws Exception {
        HttpResponse<String> taken = client.send("POST", "/api/v1/pipeline/load",
                "{\"pipeline_ids\":[\"longlive\"],\"load_params\":{\"width\":64,\"height\":48}}");
        assertEquals(200, taken.statusCode(), taken.body());
        return client.await("/api/v1/pipeline/status", status -> !status.get("status").asText().equals("loading"));
    }

    private static byte[] bytes(TestHub hub, String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(hub.uri(path)).build(), HttpResponse.BodyHandlers.ofByteArray()).body();
        }
    }
}
