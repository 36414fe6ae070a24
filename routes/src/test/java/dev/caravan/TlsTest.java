package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub that speaks HTTPS. */
class TlsTest {

    @TempDir
    static Path folder;

    private static PemPair first;
    private static TestHub hub;
    private static HttpClient client;

    @BeforeAll
    static void start() throws IOException {
        first = PemPair.make(folder, "first");
        Path certificate = Files.copy(first.certificate(), folder.resolve("tls.crt"));
        Path key = Files.copy(first.key(), folder.resolve("tls.key"));
        hub = TestHub.start("--tls-certificate=" + certificate, "--tls-key=" + key, "--allowed-hosts=hub.example");
        client = HttpClient.newBuilder().sslContext(first.trusted()).build();
    }

    @AfterAll
    static void stop() {
        client.close();
        hub.close();
    }

    private static HttpResponse<String> send(HttpClient client, String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(hub.uri(path))
                .timeout(Duration.ofSeconds(30))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String raw(String host, String... headers) throws IOException {
        try (SSLSocket socket = (SSLSocket) first.trusted().getSocketFactory().createSocket("127.0.0.1", hub.port())) {
            socket.setSoTimeout(30_000);
            String lines = "GET /health/live HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n" + String.join("\r\n", headers);
            socket.getOutputStream().write((lines + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theApiAnswersOverHttps() throws Exception {
        assertEquals("https", hub.running().baseUri().getScheme());
        assertEquals(200, send(client, "GET", "/health").statusCode());
        HttpResponse<String> head = send(client, "HEAD", "/health");
        assertEquals(200, head.statusCode());
        assertEquals("", head.body());
        assertTrue(send(client, "GET", "/api/v1/hub/info").body().contains("https://127.0.0.1:" + hub.port()));
    }

    @Test
    void nobodyIsServedWithoutTls() {
        URI plain = URI.create("http://127.0.0.1:" + hub.port() + "/health");
        assertThrows(
                IOException.class,
                () -> client.send(HttpRequest.newBuilder(plain).build(), HttpResponse.BodyHandlers.ofString()));
    }

    @Test
    void pagesFromLoopbackMayCallByHttpsToo() throws Exception {
        assertEquals(200, send(client, "GET", "/health", "Origin", "https://localhost:5173").statusCode());
        assertTrue(raw("hub.example", "Origin: https://hub.example").startsWith("HTTP/1.1 200 "));
        assertEquals(403, send(client, "GET", "/health", "Origin", "https://evil.example").statusCode());
    }

    @Test
    void browsersKeepToHttpsUnderANameButNotOnLoopback() throws Exception {
        assertTrue(raw("hub.example").contains("Strict-Transport-Security: max-age=31536000\r\n"));
        assertFalse(raw("localhost:" + hub.port()).contains("Strict-Transport-Security"));
    }

    @Test
    void aNewCertificateOnDiskIsTakenIntoUse() throws Exception {
        PemPair next = PemPair.make(folder, "next");
        Files.copy(next.key(), folder.resolve("tls.key"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(next.certificate(), folder.resolve("tls.crt"), StandardCopyOption.REPLACE_EXISTING);
        eventually(next);
        Files.copy(first.key(), folder.resolve("tls.key"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(first.certificate(), folder.resolve("tls.crt"), StandardCopyOption.REPLACE_EXISTING);
        eventually(first);
    }

    private static void eventually(PemPair pair) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            try (HttpClient fresh = HttpClient.newBuilder().sslContext(pair.trusted()).build()) {
                assertEquals(200, send(fresh, "GET", "/health/live").statusCode());
                return;
            } catch (IOException notYet) {
                assertTrue(System.nanoTime() < end, "the new certificate is not in use");
            }
        }
    }

    @Test
    void filesThatCannotBeUsedAreNamedInOneLineBeforeAnythingIsServed(@TempDir Path data) {
        StartException refused = assertThrows(
                StartException.class,
                () -> TestHub.startIn(data, "--tls-certificate=" + first.certificate(), "--tls-key=" + data.resolve("gone")));
        assertEquals("the hub cannot start: --tls-key cannot be used: there is no such file", refused.getMessage());
    }
}
