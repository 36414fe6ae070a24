package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
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
}
