package dev.caravan.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.TestHub;
import dev.caravan.config.Settings;
import dev.caravan.security.Authentication;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageTest {

    @TempDir
    static Path data;

    static Vertx vertx;
    static HttpServer server;

    @BeforeAll
    static void start() throws Exception {
        vertx = Vertx.vertx();
        Router router = Router.router(vertx);
        Settings settings = TestHub.settings(data);
        Authentication open = Authentication.of(settings.security(), InstantSource.system());
        new Mount(router, settings.server(), open, new Page("test-page"), new ApiPages(() -> new byte[0])).install();
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

    private static HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/index.html", "/watch/some-session", "/nothing.xyz"})
    void everyAddressOfThePageIsThePageAndIsNeverKept(String path) throws Exception {
        HttpResponse<String> answer = get(path);
        assertEquals(200, answer.statusCode());
        assertTrue(answer.body().contains("test page"));
        assertEquals("text/html; charset=utf-8", answer.headers().firstValue("content-type").orElse(""));
        assertEquals("no-cache, no-store, must-revalidate", answer.headers().firstValue("cache-control").orElse(""));
        assertEquals("no-cache", answer.headers().firstValue("pragma").orElse(""));
        assertEquals("0", answer.headers().firstValue("expires").orElse(""));
    }

    @Test
    void thePageRunsItsOwnScriptsOnlyAndIsFramedByNobody() throws Exception {
        String policy = get("/").headers().firstValue("content-security-policy").orElse("");
        assertTrue(policy.contains("script-src 'self';"), policy);
        assertTrue(policy.contains("frame-ancestors 'none'"), policy);
        assertTrue(policy.contains("media-src 'self' blob:"), policy);
    }

    @Test
    void aModuleHasTheTypeThatBrowsersInsistOn() throws Exception {
        HttpResponse<String> answer = get("/js/main.js");
        assertEquals("text/javascript; charset=utf-8", answer.headers().firstValue("content-type").orElse(""));
        assertTrue(answer.body().contains("42"));
        String tag = answer.headers().firstValue("etag").orElseThrow();
        assertEquals(304, get("/js/main.js", "If-None-Match", tag).statusCode());
        assertEquals(200, get("/js/main.js", "If-None-Match", "\"other\"").statusCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api", "/api/v1/x", "/health"})
    void whatBelongsToTheApiIsNeverThePage(String path) throws Exception {
        assertEquals(404, get(path).statusCode());
    }

    @ParameterizedTest
    @CsvSource({
        "../log4j2-test.xml, false", "js/../../log4j2-test.xml, false", "/etc/passwd, false", "js, false", "js/, false",
        ".hidden.js, false", "js//main.js, false", "js\\main.js, false", "index.html, true", "js/main.js, true", "js/none.js, false",
    })
    void noNameLeadsOutOfTheFolder(String name, boolean found) {
        StaticFiles files = new StaticFiles("test-page");
        assertEquals(found, files.has(name));
        assertEquals(found, files.find(name).isPresent());
    }

    @ParameterizedTest
    @CsvSource({
        "/a/:id, /a/x, true", "/a/:id, /a/, false", "/a/:id, /a/x/y, false", "/a/*, /a/x/y, true", "/a, /a, true", "/a, /b, false",
        "/a/:id/c, /a/b/c, true", "/a/:id/c, /a/b/d, false",
    })
    void pathsOfRoutesAreComparedSegmentBySegment(String route, String path, boolean matches) {
        assertEquals(matches, Paths.matches(route, path));
    }
}
