package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.api.Json;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole hub and a client of the wire contract, for tests that go through its checklist; the numbers in them are those of its lines.
 * JSON may be written with single quotes.
 */
@Timeout(120)
abstract class ContractCase {

    static final int MAX_ASSET_MB = 50;

    @TempDir
    static Path data;

    static TestHub hub;

    private static String offerSdp;

    @BeforeAll
    static void start() throws Exception {
        hub = TestHub.startIn(data, "--max-asset-mb=" + MAX_ASSET_MB);
        try (InputStream sdp = ContractCase.class.getResourceAsStream("/sdp/chrome-sendrecv.sdp")) {
            offerSdp = new String(sdp.readAllBytes(), StandardCharsets.UTF_8).replace("\n", "\r\n");
        }
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @AfterEach
    void closeSessions() throws Exception {
        for (JsonNode session : get("/api/v1/sessions").get("sessions")) {
            hub.send("DELETE", "/api/v1/sessions/" + session.get("id").asText(), BodyPublishers.noBody());
        }
        await("/api/v1/sessions", "/sessions/0", "");
    }

    static void load(String... ids) throws Exception {
        post("/api/v1/pipeline/load", "{'pipeline_ids':['" + String.join("','", ids) + "']}");
        await("/api/v1/pipeline/status", "/status", "loaded");
    }

    static HttpResponse<String> offer(String parameters) throws Exception {
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.put("sdp", offerSdp).put("type", "offer");
        body.set("initialParameters", Json.MAPPER.readTree(parameters.replace('\'', '"')));
        return hub.post("/api/v1/webrtc/offer", body.toString(), "Content-Type", "application/json");
    }

    static HttpResponse<String> frame(String session, byte[] picture, String type, String... headers) throws Exception {
        String[] all = Stream.concat(Stream.of("Content-Type", type), Stream.of(headers)).toArray(String[]::new);
        return hub.send("POST", "/api/v1/sessions/" + session + "/frames", BodyPublishers.ofByteArray(picture), all);
    }

    static HttpResponse<String> post(String path, String json) throws Exception {
        return hub.post(path, json.replace('\'', '"'), "Content-Type", "application/json");
    }

    static HttpResponse<String> patch(String path, String json) throws Exception {
        return hub.send("PATCH", path, BodyPublishers.ofString(json.replace('\'', '"')), "Content-Type", "application/json");
    }

    static JsonNode get(String path) throws Exception {
        HttpResponse<String> reply = hub.fetch(path);
        assertEquals(200, reply.statusCode(), path + " " + reply.body());
        return json(reply);
    }

    static HttpResponse<byte[]> bytes(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(hub.uri(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        }
    }

    static JsonNode json(HttpResponse<String> reply) throws IOException {
        return Json.MAPPER.readTree(reply.body());
    }

    static void assertDetail(int status, String detail, HttpResponse<String> reply) throws IOException {
        assertEquals(status, reply.statusCode(), reply.body());
        assertEquals(detail, json(reply).path("detail").asText(), reply.body());
    }

    /** Asks until the value at the pointer is this one; a missing value is the empty text. */
    static JsonNode await(String path, String pointer, String value) throws Exception {
        JsonNode last = get(path);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!last.at(pointer).asText().equals(value)) {
            assertTrue(System.nanoTime() < end, path + " is still " + last);
            TimeUnit.MILLISECONDS.sleep(20);
            last = get(path);
        }
        return last;
    }

    static void awaitStatus(String path, int status) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        HttpResponse<String> last = hub.fetch(path);
        while (last.statusCode() != status) {
            assertTrue(System.nanoTime() < end, path + " is still " + last.statusCode() + " " + last.body());
            TimeUnit.MILLISECONDS.sleep(20);
            last = hub.fetch(path);
        }
    }

    static void awaitGrowth(String path, String pointer) throws Exception {
        long first = get(path).at(pointer).asLong();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (get(path).at(pointer).asLong() <= first) {
            assertTrue(System.nanoTime() < end, pointer + " does not grow");
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    static byte[] jpeg(int width, int height) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "jpeg", out);
        return out.toByteArray();
    }

    static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}
