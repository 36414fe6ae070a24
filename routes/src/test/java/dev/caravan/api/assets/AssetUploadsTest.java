package dev.caravan.api.assets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.api.Json;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AssetUploadsTest {

    private static final int MAX_BYTES = 2 << 20;

    @TempDir
    private Path home;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private Path root;
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        root = home.toRealPath().resolve("assets");
        Files.createDirectories(root);
        Files.writeString(root.resolve(".upload-123.part"), "broken off by a crash");
        Router router = Router.router(vertx);
        new AssetUploads(new AssetFolder(root, MAX_BYTES)).mount(router);
        server = vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    @Test
    void theBytesArriveUnchangedUnderTheNameAndSubFolderOfTheQuery() throws Exception {
        byte[] bytes = random(2 << 20);

        HttpResponse<String> answer = post("?filename=ref/a%20b.png", BodyPublishers.ofByteArray(bytes));

        assertEquals(200, answer.statusCode(), answer.body());
        JsonNode asset = Json.MAPPER.readTree(answer.body());
        assertEquals(root.resolve("ref/a b.png").toString(), asset.get("path").asText());
        assertArrayEquals(bytes, Files.readAllBytes(root.resolve("ref/a b.png")));
        assertEquals(List.of("ref"), files());
    }

    @Test
    void aBodyWithoutALengthIsTakenToo() throws Exception {
        byte[] bytes = random(300_000);

        HttpResponse<String> answer = post("?filename=a.mp4", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)));

        assertEquals(200, answer.statusCode(), answer.body());
        assertArrayEquals(bytes, Files.readAllBytes(root.resolve("a.mp4")));
    }

    @Test
    void aFileOverTheLimitIsRefusedAndLeavesNothing() throws Exception {
        byte[] bytes = random((2 << 20) + 1);

        HttpResponse<String> declared = post("?filename=a.png", BodyPublishers.ofByteArray(bytes));
        HttpResponse<String> undeclared = post("?filename=a.png", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)));

        for (HttpResponse<String> answer : List.of(declared, undeclared)) {
            assertEquals(400, answer.statusCode());
            assertEquals("{\"detail\":\"File size exceeds maximum of 2MB\"}", answer.body());
        }
        await(() -> files().isEmpty());
    }

    @Test
    void aNameOutsideTheFolderIsRefusedAndNothingIsWritten() throws Exception {
        HttpResponse<String> answer = post("?filename=../../x.png", BodyPublishers.ofByteArray(random(1000)));

        assertEquals(400, answer.statusCode());
        assertEquals("{\"detail\":\"Invalid filename\"}", answer.body());
        assertEquals(List.of(), files());
    }

    @Test
    void withoutAFilenameTheFaultIsNamed() throws Exception {
        HttpResponse<String> answer = post("", BodyPublishers.ofByteArray(random(10)));

        assertEquals(422, answer.statusCode());
        assertEquals("[\"query\",\"filename\"]", Json.MAPPER.readTree(answer.body()).at("/detail/0/loc").toString());
    }

    @Test
    void anUploadBrokenOffLeavesNothing() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", server.actualPort())) {
            String head = "POST /api/v1/assets?filename=a.png HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(new byte[100_000]);
            await(() -> !files().isEmpty());
        }
        await(() -> files().isEmpty());
    }

    @Test
    void aClientThatAsksFirstIsToldToGoOn() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri("?filename=a.png"))
                .version(HttpClient.Version.HTTP_1_1)
                .expectContinue(true)
                .POST(BodyPublishers.ofByteArray(random(1000)))
                .build();

        assertEquals(200, client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode());
    }

    private HttpResponse<String> post(String query, BodyPublisher body) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(query)).POST(body).build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String query) {
        return URI.create("http://127.0.0.1:" + server.actualPort() + "/api/v1/assets" + query);
    }

    private List<String> files() {
        try (Stream<Path> files = Files.list(root)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "waited for 20 s in vain");
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}
