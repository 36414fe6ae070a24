package dev.caravan;

import static dev.caravan.security.IssuerStandIn.signed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.jwk.ECKey;
import dev.caravan.security.IssuerStandIn;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A hub whose callers come with tokens of a provider, and may not send without end. */
class OidcTest {

    private static ECKey key;
    private static IssuerStandIn issuer;
    private static TestHub hub;

    @BeforeAll
    static void start() {
        key = IssuerStandIn.ec("first");
        issuer = new IssuerStandIn(Instant.now(), key);
        // Away while the hub starts.
        issuer.status = 503;
        hub = TestHub.start("--oidc-issuer=" + issuer.issuer(), "--token=open sesame", "--request-rate=10");
        issuer.status = 200;
    }

    @AfterAll
    static void stop() {
        hub.close();
        issuer.close();
    }

    private static HttpResponse<String> call(String method, String path, String token) {
        return hub.send(method, path, java.net.http.HttpRequest.BodyPublishers.noBody(), "Authorization", "Bearer " + token);
    }

    private static String token(String subject, String role) {
        return signed(issuer.claims().subject(subject).claim("roles", List.of(role)).build(), key);
    }

    @Test
    void aProviderThatWasAwayAtTheStartIsAskedAgainAndItsTokensHaveTheirRoles() {
        String viewer = token("vera", "caravan-viewer");
        long end = System.nanoTime() + 60_000_000_000L;
        while (call("GET", "/api/v1/sessions", viewer).statusCode() != 200) {
            assertTrue(System.nanoTime() < end, "not within 60 s");
            Thread.onSpinWait();
        }
        assertEquals(403, call("POST", "/api/v1/pipeline/load", viewer).statusCode());
        assertEquals(401, call("GET", "/api/v1/sessions", viewer.substring(0, viewer.length() - 8) + "AAAAAAAA").statusCode());
        assertEquals(401, call("GET", "/api/v1/sessions", token("eve", "none")).statusCode());
    }

    @Test
    void whoSendsTooMuchHasToWaitAndOthersDoNot() throws Exception {
        List<HttpResponse<String>> refused = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<HttpResponse<String>>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                calls.add(() -> call("GET", "/api/v1/nope", "open sesame"));
            }
            for (Future<HttpResponse<String>> answer : threads.invokeAll(calls)) {
                if (answer.get().statusCode() == 429) {
                    refused.add(answer.get());
                }
            }
        }
        assertEquals("1", refused.getFirst().headers().firstValue("retry-after").orElseThrow());
        assertEquals(
                "{\"detail\":\"Too many requests: --request-rate allows one caller 10 a second; try again in 1 s\"}",
                refused.getFirst().body());
        assertEquals(200, hub.fetch("/health/live").statusCode());
    }
}
