package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A hub that others can reach. */
class TokenTest {

    static TestHub hub;

    @BeforeAll
    static void start() {
        hub = TestHub.start(
                "--host=0.0.0.0",
                "--token=open sesame",
                "--allowed-hosts=hub.example",
                "--allowed-origins=https://studio.example");
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/openapi.json", "/api/v1/hub/info", "/api/v1/nope", "/webhook"})
    void everythingWantsTheToken(String path) throws Exception {
        HttpResponse<String> answer = hub.fetch(path);
        assertEquals(401, answer.statusCode());
        assertEquals("Bearer", answer.headers().firstValue("www-authenticate").orElse(""));
        assertTrue(answer.body().startsWith("{\"detail\":\"Not authenticated"), answer::body);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health/live", "/health/ready", "/health/startup", "/", "/docs", "/docs/swagger-ui.css"})
    void theProbesAndThePagesDoNot(String path) throws Exception {
        assertEquals(200, hub.fetch(path).statusCode());
    }

    @Test
    void theTokenOpens() throws Exception {
        assertEquals(200, hub.fetch("/health", "Authorization", "Bearer open sesame").statusCode());
        assertEquals(404, hub.fetch("/api/v1/nope", "Authorization", "bearer open sesame").statusCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer open", "Bearer", "Basic open sesame", "Bearer open sesame2", "open sesame"})
    void nothingElseDoes(String header) throws Exception {
        assertEquals(401, hub.fetch("/health", "Authorization", header).statusCode());
        assertEquals(401, hub.fetch("/health?token=open%20sesame").statusCode());
    }

    @Test
    void writingToAPublicPathStillWantsIt() throws Exception {
        assertEquals(401, hub.post("/", "{}").statusCode());
        assertEquals(401, hub.post("/health/live", "{}").statusCode());
    }

    @Test
    void aPreflightCannotCarryItAndNeedsNone() throws Exception {
        HttpResponse<String> answer = hub.send(
                "OPTIONS",
                "/api/v1/pipeline/load",
                java.net.http.HttpRequest.BodyPublishers.noBody(),
                "Origin", "https://studio.example",
                "Access-Control-Request-Method", "POST");
        assertEquals(200, answer.statusCode());
        assertEquals("https://studio.example", answer.headers().firstValue("access-control-allow-origin").orElse(""));
    }

    @ParameterizedTest
    @CsvSource({"192.168.1.5:8000, 200", "hub.example, 200", "HUB.example:80, 200", "[fe80::1]:8000, 200", "evil.example, 403"})
    void itAnswersToItsAddressesAndItsGivenNames(String host, int status) throws Exception {
        String answer = hub.raw("GET /health/live HTTP/1.1", "Host: " + host, "Connection: close");
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
    }

    @Test
    void itsOwnPageIsNotSomebodyElse() throws Exception {
        String answer = hub.raw(
                "GET /health/live HTTP/1.1", "Host: hub.example", "Origin: https://hub.example", "Connection: close");
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    }

    @ParameterizedTest
    @CsvSource({
        "null, 403", "http://localhost:3000, 403", "http://127.0.0.1:5500, 403", "http://hub.example:81, 403", "https://evil.example, 403",
        "http://hub.example@evil.example, 403", "hub.example, 403", "https://studio.example, 200", "http://hub.example, 200",
    })
    void onlyItsOwnPagesAndNamedOnesMayCallEvenWithTheToken(String origin, int status) throws Exception {
        for (String line : new String[] {"GET /health HTTP/1.1", "POST /api/v1/workflow/resolve HTTP/1.1"}) {
            String answer = hub.raw(line, "Host: hub.example", "Origin: " + origin, "Authorization: Bearer open sesame",
                    "Content-Length: 0", "Connection: close");
            assertEquals(status == 403, answer.startsWith("HTTP/1.1 403 "), answer);
            assertEquals(status == 403, answer.contains("--allowed-origins"), answer);
        }
    }

    @Test
    void whatAsksForAWebSocketIsARequestLikeEveryOther() throws Exception {
        assertTrue(upgrade("Origin: https://evil.example", "Authorization: Bearer open sesame").startsWith("HTTP/1.1 403 "));
        assertTrue(upgrade("Origin: http://localhost:3000", "Authorization: Bearer open sesame").startsWith("HTTP/1.1 403 "));
        assertTrue(upgrade("Origin: https://studio.example", "X: y").startsWith("HTTP/1.1 401 "));
    }

    private static String upgrade(String... headers) throws Exception {
        String request = String.join("\r\n", "GET /api/v1/live HTTP/1.1", "Host: hub.example", "Upgrade: websocket", "Connection: Upgrade",
                "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", headers[0], headers[1], "", "");
        try (Socket socket = new Socket("127.0.0.1", hub.port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII)).readLine();
        }
    }
}
