package dev.caravan.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.caravan.inference.model.DownloadSettings;
import dev.caravan.inference.model.ModelDownloads;
import dev.caravan.inference.model.ModelStore;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsApiTest {

    @TempDir
    private Path models;

    private final CountDownLatch answer = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer hub;
    private ModelDownloads downloads;
    private ModelsApi api;

    @BeforeEach
    void start() throws Exception {
        hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.setExecutor(threads);
        hub.createContext("/", exchange -> {
            try (exchange) {
                answer.await();
                exchange.sendResponseHeaders(401, -1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        hub.start();
        URI base = URI.create("http://127.0.0.1:" + hub.getAddress().getPort());
        downloads = new ModelDownloads(
                new ModelStore(models),
                DownloadSettings.of(base, Optional::empty).withTimeouts(Duration.ofSeconds(10), Duration.ofSeconds(10)),
                InstantSource.system());
        api = new ModelsApi(downloads);
    }

    @AfterEach
    void stop() {
        answer.countDown();
        downloads.close();
        hub.stop(0);
        threads.shutdownNow();
    }

    @Test
    void aPipelineWithoutFilesIsDownloaded() {
        assertEquals("{\"downloaded\":true,\"progress\":null}", status("passthrough").toString());
        assertEquals("{\"downloaded\":true,\"progress\":null}", status("nonsense").toString());
    }

    @Test
    void withoutAPipelineIdTheFaultIsNamed() {
        ValidationError wrong = assertThrows(ValidationError.class, () -> api.status(Requests.get()));

        assertEquals("[query, pipeline_id]", wrong.faults().getFirst().loc().toString());
    }

    @Test
    void aSecondDownloadOfTheSamePipelineIsRefusedFromTheFirstMomentOn() {
        Reply first = api.download(Requests.json("{'pipeline_id':'longlive'}"));
        ApiError second = assertThrows(ApiError.class, () -> api.download(Requests.json("{'pipeline_id':'longlive'}")));

        assertEquals("Model download started for longlive", Requests.body(first).get("message").asText());
        assertEquals(409, second.status());
        assertEquals("Download already in progress for longlive", second.getMessage());
        JsonNode progress = status("longlive").get("progress");
        assertTrue(progress.get("is_downloading").asBoolean());
        assertTrue(progress.get("percentage").isNumber());
        assertEquals(
                List.of("is_downloading", "percentage", "current_artifact", "downloaded_bytes", "total_bytes", "bytes_per_second", "seconds_left"),
                progress.propertyStream().map(Map.Entry::getKey).toList());
        assertEquals("daydreamlive/Wan2.1-T2V-1.3B", progress.get("current_artifact").asText());
        assertTrue(progress.get("seconds_left").isNull());
    }

    @Test
    void aFailedDownloadShowsItsErrorAndCanBeStartedAgain() throws Exception {
        answer.countDown();
        api.download(Requests.json("{'pipeline_id':'longlive'}"));

        Bench.await(() -> status("longlive").at("/progress/error").isTextual());

        assertEquals(false, status("longlive").at("/progress/is_downloading").asBoolean());
        assertEquals(200, api.download(Requests.json("{'pipeline_id':'longlive'}")).status());
    }

    @Test
    void anEmptyPipelineIdIsRefused() {
        ApiError refused = assertThrows(ApiError.class, () -> api.download(Requests.json("{'pipeline_id':''}")));

        assertEquals(400, refused.status());
        assertEquals("pipeline_id is required", refused.getMessage());
    }

    private JsonNode status(String id) {
        return Requests.body(api.status(Requests.get("pipeline_id", id)));
    }
}
