package dev.caravan.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.TestHub;
import dev.caravan.config.Settings;
import dev.caravan.security.Authentication;
import dev.caravan.security.Principal;
import dev.caravan.security.Role;
import dev.caravan.security.TokenVerifier;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kind of token that has to be asked for elsewhere. */
class SlowVerifierTest {

    @TempDir
    static Path data;

    static Vertx vertx;
    static HttpServer server;

    /** Knows one token, and none on an event loop. */
    private static final TokenVerifier ELSEWHERE = new TokenVerifier() {
        @Override
        public Optional<Principal> verify(String token) {
            if (token.startsWith("far-") && Context.isOnEventLoopThread()) {
                throw new IllegalStateException("verified on an event loop");
            }
            if (token.equals("far-broken")) {
                throw new IllegalStateException("at /secret/place");
            }
            return token.equals("far-away") ? Optional.of(Principal.of("oidc:ann", Role.OPERATOR)) : Optional.empty();
        }

        @Override
        public boolean mayBlock(String token) {
            return token.startsWith("far-");
        }
    };

    @BeforeAll
    static void start() throws Exception {
        vertx = Vertx.vertx();
        Router router = Router.router(vertx);
        Settings settings = TestHub.settings(data, "--token=near");
        Authentication authentication = Authentication.of(settings.security(), InstantSource.system(), ELSEWHERE);
        new Mount(router, settings.server(), authentication, new Page("test-page"), new ApiPages(() -> new byte[0])).install();
        router.post("/api/v1/echo").handler(BodyHandler.create(false)).handler(context ->
                context.response().end(Callers.of(context).name() + " " + context.body().length()));
        server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    @AfterAll
    static void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void itIsAskedOffTheEventLoopAndTheBodyIsStillThere() throws Exception {
        assertEquals("oidc:ann 300000", post("far-away", 300_000).body());
        assertEquals("token:operator 5", post("near", 5).body());
    }

    @Test
    void whatItDoesNotKnowIsRefusedAndWhatBreaksItToo() throws Exception {
        assertEquals(401, post("far-stranger", 300_000).statusCode());
        HttpResponse<String> broken = post("far-broken", 5);
        assertEquals(500, broken.statusCode());
        assertEquals("{\"detail\":\"Internal error: see the hub's log\"}", broken.body());
    }

    private static HttpResponse<String> post(String token, int bytes) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + "/api/v1/echo"))
                .header("Authorization", "Bearer " + token)
                .POST(BodyPublishers.ofString("x".repeat(bytes)))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }
}
