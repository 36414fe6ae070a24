package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.api.Json;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.security.Policy;
import io.vertx.ext.web.Route;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Roles and tokens on a hub that others can reach, from outside. */
class GuardTest {

    private static final String OPERATOR = "token-of-operators";
    private static final String PRODUCER = "token-of-producers";
    private static final String VIEWER = "token-of-viewers";
    private static final String METRICS = "token-of-monitoring";
    private static final Map<String, String> TOO_SMALL =
            Map.of("OPERATOR", PRODUCER, "PRODUCER", VIEWER, "VIEWER", METRICS, "METRICS", VIEWER);

    static TestHub hub;
    static String offerSdp;

    @BeforeAll
    static void start() throws IOException {
        hub = TestHub.start(
                "--host=0.0.0.0",
                "--token=" + OPERATOR,
                "--producer-token=" + PRODUCER,
                "--viewer-token=" + VIEWER,
                "--metrics-token=" + METRICS,
                "--join-token-max-s=7200",
                "--allowed-origins=*,https://studio.example");
        hub.running().hub().loader().load(List.of(new PipelineLoader.Entry(
                "passthrough", "passthrough", Map.of())));
        try (InputStream sdp = GuardTest.class.getResourceAsStream("/sdp/chrome-sendrecv.sdp")) {
            offerSdp = new String(sdp.readAllBytes(), StandardCharsets.UTF_8).replace("\n", "\r\n");
            hub.running().hub().loader().awaitIdle(Duration.ofSeconds(30));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    // --- the whole table ---------------------------------------------------------------------------------------------

    @Test
    void everyOperationIsInTheTableOnPurposeAndRefusesWhoMayNot() {
        JsonNode description = json(as(OPERATOR, "GET", "/openapi.json", ""), 200);
        int walked = 0;
        for (Map.Entry<String, JsonNode> path : description.get("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                String method = operation.getKey().toUpperCase(Locale.ROOT);
                String concrete = path.getKey().replaceAll("\\{[^}]+}", "x");
                Policy.Rule rule = Policy.find(method, concrete)
                        .orElseThrow(() -> new AssertionError(method + " " + path.getKey() + " is not in the table of Policy"));
                walked++;
                HttpResponse<String> nobody = as("", method, concrete, "{}");
                HttpResponse<String> wrong = as("no-token-of-this-hub", method, concrete, "{}");
                if (rule.open()) {
                    assertNotEquals(401, nobody.statusCode(), concrete);
                    continue;
                }
                harmless(refused(nobody, 401));
                harmless(refused(wrong, 401));
                String line = refused(as(TOO_SMALL.get(rule.need().name()), method, concrete, "{}"), 403);
                harmless(line);
                assertTrue(line.startsWith("This needs the role "), line);
            }
        }
        assertTrue(walked > 40, "all " + walked);
    }

    @Test
    void whateverElseHangsOnTheRouterIsInTheTableToo() {
        VertxPlatformHttpRouter router = VertxPlatformHttpRouter.lookup(
                hub.running().camel(), VertxPlatformHttpRouter.getRouterNameFromPort(0));
        List<String> missing = new ArrayList<>();
        for (Route route : router.getRoutes()) {
            if (route.getPath() == null) {
                continue; // guards, the page
            }
            String path = route.getPath().replaceAll(":[^/]+", "x").replace("*", "x");
            Stream<String> methods = route.methods() == null ? Stream.of("GET") : route.methods().stream().map(method -> method.name());
            methods.filter(method -> !method.equals("OPTIONS") && Policy.find(method, path).isEmpty())
                    .forEach(method -> missing.add(method + " " + route.getPath()));
        }
        assertEquals(List.of(), missing);
    }

    private static void harmless(String line) {
        assertEquals(1, line.lines().count(), line);
        for (String secret : new String[] {"Exception", "\tat ", ".java", "/tmp", "/home", hub.data().toString(), OPERATOR, PRODUCER}) {
            assertFalse(line.contains(secret), line);
        }
    }

    // --- how a token is shown ----------------------------------------------------------------------------------------

    @Test
    void aTokenIsTakenAsBearerAsPasswordAndForReadingFromTheQuery() {
        assertEquals("token:viewer", me("Authorization", "Bearer " + VIEWER));
        assertEquals("token:viewer", me("Authorization", "bearer  " + VIEWER));
        assertEquals("token:producer", me("Authorization", basic("prometheus", PRODUCER)));
        assertEquals("token:viewer", json(hub.fetch("/api/v1/me?access_token=" + VIEWER), 200).get("name").asText());
        assertEquals("token:viewer", json(hub.fetch("/api/v1/me?a=1&acce%73s_token=" + VIEWER), 200).get("name").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Bearer", "Bearer ", "Bearer  ", "token-of-viewers", "Token token-of-viewers", "Digest token-of-viewers", "Basic", "Basic %%%",
        "Basic dG9rZW4tb2Ytdmlld2Vycw==", "Bearer token-of-viewers2", "Bearer token-of-viewer", "Bearer TOKEN-OF-VIEWERS",
        "Bearer token-of-viewers,token-of-viewers", "Bearer \"token-of-viewers\"",
    })
    void nothingElseIs(String header) {
        refused(hub.fetch("/api/v1/me", "Authorization", header), 401);
    }

    @Test
    void aTokenInTheQueryWritesNothing() {
        refused(hub.post("/api/v1/sessions?access_token=" + OPERATOR, "{}"), 401);
        refused(hub.fetch("/api/v1/me?token=" + OPERATOR), 401);
    }

    @Test
    void twoTokensAreOneTooMany() throws Exception {
        String twice = hub.raw("GET /api/v1/me HTTP/1.1", "Host: localhost", "Authorization: Bearer " + VIEWER,
                "Authorization: Bearer " + OPERATOR, "Connection: close");
        assertTrue(twice.startsWith("HTTP/1.1 401 "), twice);
        refused(hub.fetch("/api/v1/me?access_token=" + VIEWER, "Authorization", "Bearer " + VIEWER), 401);
        refused(hub.fetch("/api/v1/me?access_token=" + VIEWER + "&access_token=" + OPERATOR), 401);
    }

    @Test
    void aTokenDoesNotReachARouteAndACallerCannotSayWhoTheyAre() throws Exception {
        hub.running().camel().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/a-users/route").routeId("a-users-route").process(exchange -> {
                    String headers = exchange.getMessage().getHeaders().toString();
                    exchange.getMessage().removeHeaders("*");
                    exchange.getMessage().setBody(headers);
                });
            }
        });
        for (String[] call : new String[][] {
            {"/a-users/route?a=1", "Authorization", "Bearer " + OPERATOR},
            {"/a-users/route?a=1", "Authorization", basic("me", OPERATOR)},
            {"/a-users/route?a=1&access_token=" + OPERATOR, "X", "y"},
        }) {
            HttpResponse<String> answer = hub.fetch(call[0], call[1], call[2]);
            assertEquals(200, answer.statusCode(), answer::body);
            assertTrue(answer.body().contains("a=1"), answer::body);
            assertFalse(answer.body().contains(OPERATOR), answer::body);
            assertFalse(answer.body().contains(Base64.getEncoder().encodeToString(("me:" + OPERATOR).getBytes(StandardCharsets.UTF_8))));
        }
        refused(as(PRODUCER, "GET", "/a-users/route", ""), 403);
        assertEquals("token:viewer", me("Authorization", "Bearer " + VIEWER, "CamelVertxPlatformHttpAuthenticatedUser", "local"));
        hub.running().camel().getRouteController().stopRoute("a-users-route");
        hub.running().camel().removeRoute("a-users-route");
    }

    // --- tricks with paths and methods -------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {
        "//api/v1/keys", "/api//v1/keys", "/api/./v1/keys", "/x/../api/v1/keys", "/api/v1/keys/", "/api/v1/%6beys", "/api/v1/keys;a=b",
        "/api%2fv1%2fkeys", "/API/v1/keys", "/health/live/../../api/v1/keys", "/docs/../api/v1/keys",
        "/hawtio/../jolokia", "/hawtio/jolokia", "/hawtio/jolokia/", "/hawtio/jolokia;x", "/hawtio//jolokia/read", "/jolokia/", "/HAWTIO/jolokia",
        "/hawtio/./jolokia/list", "/jolokia;jsessionid=1/list", "/metrics/", "/docs-of-somebody", "/index.html/../metrics",
    })
    void noSpellingOfAPathGetsPastTheGuard(String path) throws Exception {
        for (String token : new String[] {"", "Authorization: Bearer " + VIEWER}) {
            List<String> lines = new ArrayList<>(List.of("GET " + path + " HTTP/1.1", "Host: localhost", "Connection: close"));
            if (!token.isEmpty()) {
                lines.add(token);
            }
            String answer = hub.raw(lines.toArray(String[]::new));
            assertTrue(answer.startsWith("HTTP/1.1 " + (token.isEmpty() ? 401 : 403) + " "), path + ": " + answer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD", "OPTIONS", "TRACE", "PROPFIND", "BREW", "CONNECT", "get"})
    void noMethodGetsPastTheGuard(String method) throws Exception {
        String target = method.equals("CONNECT") ? "localhost:80" : "/api/v1/keys";
        String answer = hub.raw(method + " " + target + " HTTP/1.1", "Host: localhost", "Connection: close");
        assertTrue(answer.matches("(?s)HTTP/1\\.[01] (401|400|404|405) .*"), answer);
        String viewer = hub.raw(method + " " + target + " HTTP/1.1", "Host: localhost", "Authorization: Bearer " + VIEWER, "Connection: close");
        assertTrue(viewer.matches("(?s)HTTP/1\\.[01] (403|400|404|405) .*"), viewer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method", "CamelHttpMethod", "X-Original-URL", "X-Rewrite-URL"})
    void aHeaderIsNoOtherWayToNameAMethodOrAPath(String header) {
        String value = header.contains("URL") ? "/health/live" : "GET";
        refused(hub.post("/api/v1/pipeline/load", "{}", "Authorization", "Bearer " + VIEWER, header, value), 403);
        String reading = header.contains("URL") ? "/api/v1/keys" : "DELETE";
        assertEquals(200, hub.fetch("/api/v1/sessions", "Authorization", "Bearer " + VIEWER, header, reading).statusCode());
    }

    // --- the console -------------------------------------------------------------------------------------------------

    @Test
    void anOperatorLogsInAtTheConsoleAndOutAgain() {
        refused(hub.fetch("/hawtio/user"), 403);
        HttpResponse<String> login = login("{\"username\":\"ann\",\"password\":\"" + OPERATOR + "\"}");
        assertEquals(200, login.statusCode(), login::body);
        String cookie = login.headers().firstValue("set-cookie").orElseThrow();
        assertTrue(cookie.contains("HTTPOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Path=/hawtio"), cookie);
        assertFalse(cookie.contains(OPERATOR) || cookie.contains("Secure"), cookie);
        String pair = cookie.split(";")[0];
        assertEquals("\"token:operator\"", hub.fetch("/hawtio/user", "Cookie", pair).body());
        assertNotEquals(401, hub.fetch("/hawtio/jolokia/version", "Cookie", pair).statusCode());
        refused(hub.fetch("/api/v1/keys", "Cookie", pair), 401);
        refused(hub.fetch("/jolokia/version", "Cookie", pair), 401);

        HttpResponse<String> logout = hub.fetch("/hawtio/auth/logout", "Cookie", pair);
        assertTrue(logout.headers().firstValue("set-cookie").orElseThrow().contains("Max-Age=0"));
        refused(hub.fetch("/hawtio/user", "Cookie", pair), 403);
        refused(hub.fetch("/hawtio/jolokia/version", "Cookie", pair), 401);
    }

    @Test
    void anIdThatABrowserWasGivenBySomebodyElseIsNotTakenOver() {
        String fixed = "caravan-console=" + "A".repeat(43);
        HttpResponse<String> login = login("{\"username\":\"ann\",\"password\":\"" + OPERATOR + "\"}", "Cookie", fixed);
        String mine = login.headers().firstValue("set-cookie").orElseThrow().split(";")[0];
        assertNotEquals(fixed, mine);
        refused(hub.fetch("/hawtio/user", "Cookie", fixed), 403);

        String again = login("{\"username\":\"ann\",\"password\":\"" + OPERATOR + "\"}", "Cookie", mine)
                .headers().firstValue("set-cookie").orElseThrow().split(";")[0];
        assertNotEquals(mine, again);
        refused(hub.fetch("/hawtio/user", "Cookie", mine), 403);
    }

    @Test
    void theCookieIsOfNoUseToAPageOfSomebodyElse() {
        String pair = login("{\"username\":\"ann\",\"password\":\"" + OPERATOR + "\"}").headers().firstValue("set-cookie").orElseThrow().split(";")[0];
        String own = "http://127.0.0.1:" + hub.port();
        assertEquals(200, hub.fetch("/hawtio/user", "Cookie", pair, "Origin", own, "Sec-Fetch-Site", "same-origin").statusCode());
        for (String origin : new String[] {"https://evil.example", "https://studio.example", "http://127.0.0.1:1", "null"}) {
            refused(hub.fetch("/hawtio/user", "Cookie", pair, "Origin", origin), 403);
            refused(hub.fetch("/hawtio/jolokia/version", "Cookie", pair, "Origin", origin), 401);
        }
        refused(hub.fetch("/hawtio/jolokia/version", "Cookie", pair, "Sec-Fetch-Site", "same-site"), 401);
        refused(hub.fetch("/hawtio/jolokia/version", "Cookie", pair, "Sec-Fetch-Site", "cross-site"), 401);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"username\":\"x\",\"password\":\"token-of-viewers\"} | 403",
        "{\"username\":\"x\",\"password\":7} | 400",
        "{\"username\":\"x\"} | 400",
        "[] | 400",
        "{{ | 400",
        "'' | 400",
    })
    void nobodyElseLogsIn(String body, int status) {
        HttpResponse<String> answer = login(body);
        harmless(refused(answer, status));
        assertTrue(answer.headers().firstValue("set-cookie").isEmpty());
    }

    @Test
    void aFormOrAHugeBodyIsNoLogin() {
        refused(hub.post("/hawtio/auth/login", "username=x&password=" + OPERATOR, "Content-Type", "application/x-www-form-urlencoded"), 415);
        refused(hub.post("/hawtio/auth/login", "{\"password\":\"" + OPERATOR + "\"}", "Content-Type", "text/plain"), 400);
        refused(login("{\"password\":\"" + "x".repeat(20_000) + "\"}"), 413);
    }

    @Test
    void whoGuessesAtTheConsoleHasToWait() throws Exception {
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            // From another address of this machine: that of the other tests is not to be shut out.
            try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), hub.port(), InetAddress.getByName("127.0.0.2"), 0)) {
                socket.getOutputStream().write(("POST /hawtio/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 20\r\nConnection: close\r\n\r\n{\"password\":\"guess\"}").getBytes(StandardCharsets.US_ASCII));
                answers.add(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split(" ")[1]);
            }
        }
        assertEquals(Set.of("401", "429"), new HashSet<>(answers));
        assertEquals(10, answers.indexOf("429"));
        assertEquals(200, login("{\"password\":\"" + OPERATOR + "\"}").statusCode(), "from elsewhere");
    }

    private static HttpResponse<String> login(String body, String... headers) {
        return hub.post("/hawtio/auth/login", body,
                Stream.concat(Stream.of("Content-Type", "application/json"), Stream.of(headers)).toArray(String[]::new));
    }

    // --- pages of others ---------------------------------------------------------------------------------------------

    @Test
    void aPageLetInByAStarUsesATokenOfItsOwnAndNothingThatABrowserAdds() {
        HttpResponse<String> bearer = hub.fetch("/api/v1/me", "Origin", "https://evil.example", "Authorization", "Bearer " + VIEWER);
        assertEquals(200, bearer.statusCode());
        assertEquals("https://evil.example", bearer.headers().firstValue("access-control-allow-origin").orElse(""));
        assertEquals("", bearer.headers().firstValue("access-control-allow-credentials").orElse(""));
        refused(hub.fetch("/api/v1/me", "Origin", "https://evil.example", "Authorization", basic("x", VIEWER)), 401);
        HttpResponse<String> named = hub.fetch("/api/v1/me", "Origin", "https://studio.example", "Authorization", basic("x", VIEWER));
        assertEquals(200, named.statusCode());
        assertEquals("true", named.headers().firstValue("access-control-allow-credentials").orElse(""));
    }

    // --- sessions, offers, peers -------------------------------------------------------------------------------------

    @Test
    void aProducerEndsTheirOwnSessionsAndAnOperatorAll() {
        String mine = json(as(PRODUCER, "POST", "/api/v1/sessions", "{}"), 201).get("id").asText();
        String others = json(as(OPERATOR, "POST", "/api/v1/sessions", "{}"), 201).get("id").asText();
        assertEquals("token:producer", json(as(OPERATOR, "GET", "/api/v1/sessions/" + mine, ""), 200).get("principal").asText());
        assertFalse(as(PRODUCER, "GET", "/api/v1/sessions/" + mine, "").body().contains("token:"));
        assertFalse(as(VIEWER, "GET", "/api/v1/sessions", "").body().contains("token:"));

        assertTrue(refused(as(PRODUCER, "DELETE", "/api/v1/sessions/" + others, ""), 403).contains("operator"));
        assertEquals(204, as(PRODUCER, "DELETE", "/api/v1/sessions/" + mine, "").statusCode());
        assertEquals(204, as(OPERATOR, "DELETE", "/api/v1/sessions/" + others, "").statusCode());
    }

    @Test
    void aViewerOnlyWatchesAndEndsTheirOwnPeerAlone() {
        String session = json(as(PRODUCER, "POST", "/api/v1/sessions", "{}"), 201).get("id").asText();
        assertTrue(refused(offer(VIEWER, "{}"), 403).contains("watch"));
        refused(offer(VIEWER, "{\"join\":\"" + session + "\"}"), 403);
        String peer = json(offer(VIEWER, "{\"watch\":\"" + session + "\"}"), 200).get("sessionId").asText();
        String candidates = "{\"candidates\":[]}";
        assertEquals(204, as(VIEWER, "PATCH", "/api/v1/webrtc/offer/" + peer, candidates).statusCode());
        refused(as(PRODUCER, "PATCH", "/api/v1/webrtc/offer/" + peer, candidates), 403);
        refused(as(PRODUCER, "DELETE", "/api/v1/webrtc/offer/" + peer, ""), 403);
        assertEquals(204, as(VIEWER, "DELETE", "/api/v1/webrtc/offer/" + peer, "").statusCode());
        assertEquals(204, as(PRODUCER, "DELETE", "/api/v1/webrtc/offer/ghost", "").statusCode());
        as(OPERATOR, "DELETE", "/api/v1/sessions/" + session, "");
    }

    @Test
    void aProducerCannotLoadByAGraphNorEndTheHeadlessSessionOfOthers() {
        String graph = "{\"graph\":{\"nodes\":[{\"id\":\"n\",\"type\":\"pipeline\",\"pipeline_id\":\"test-card\"},{\"id\":\"o\",\"type\":\"sink\"}],"
                + "\"edges\":[{\"from\":\"n\",\"to_node\":\"o\"}]}}";
        assertTrue(refused(as(PRODUCER, "POST", "/api/v1/session/start", graph), 403).contains("loading"));
        String plain = "{\"pipeline_id\":\"passthrough\"}";
        json(as(OPERATOR, "POST", "/api/v1/session/start", plain), 200);
        refused(as(PRODUCER, "POST", "/api/v1/session/start", plain), 403);
        refused(as(PRODUCER, "POST", "/api/v1/session/stop", ""), 403);
        json(as(OPERATOR, "POST", "/api/v1/session/stop", ""), 200);
        json(as(PRODUCER, "POST", "/api/v1/session/start", plain), 200);
        json(as(PRODUCER, "POST", "/api/v1/session/stop", ""), 200);
    }

    // --- join tokens -------------------------------------------------------------------------------------------------

    @Test
    void aJoinTokenOpensOneSessionUntilItIsRevoked() {
        String mine = json(as(OPERATOR, "POST", "/api/v1/sessions", "{}"), 201).get("id").asText();
        String other = json(as(OPERATOR, "POST", "/api/v1/sessions", "{}"), 201).get("id").asText();
        JsonNode made = json(as(OPERATOR, "POST", "/api/v1/tokens", "{\"role\":\"viewer\",\"session\":\"" + mine + "\",\"expires_in\":60}"), 201);
        String token = made.get("token").asText();
        assertEquals("http://127.0.0.1:" + hub.port() + "/#token=" + token + "&watch=" + mine, made.get("url").asText());
        JsonNode me = json(as(token, "GET", "/api/v1/me", ""), 200);
        assertEquals("join:" + made.get("id").asText(), me.get("name").asText());
        assertEquals("viewer", me.get("role").asText());
        assertEquals(mine, me.get("session").asText());
        assertEquals(made.get("expires_at"), me.get("expires_at"));

        JsonNode seen = json(as(token, "GET", "/api/v1/sessions", ""), 200).get("sessions");
        assertEquals(List.of(mine), seen.findValuesAsText("id"));
        assertTrue(refused(as(token, "GET", "/api/v1/sessions/" + other, ""), 403).contains("for session " + mine));
        refused(as(token, "GET", "/api/v1/session/metrics", ""), 403);
        refused(offer(token, "{\"watch\":\"" + other + "\"}"), 403);
        json(offer(token, "{\"watch\":\"" + mine + "\"}"), 200);

        refused(as(PRODUCER, "DELETE", "/api/v1/tokens/" + made.get("id").asText(), ""), 403);
        assertEquals(204, as(OPERATOR, "DELETE", "/api/v1/tokens/" + made.get("id").asText(), "").statusCode());
        refused(as(token, "GET", "/api/v1/me", ""), 401);
        as(OPERATOR, "DELETE", "/api/v1/sessions/" + mine, "");
        as(OPERATOR, "DELETE", "/api/v1/sessions/" + other, "");
    }

    @Test
    void aProducerBoundToASessionFeedsAndSteersItAndOpensNone() {
        String mine = json(as(OPERATOR, "POST", "/api/v1/sessions", "{}"), 201).get("id").asText();
        String token = json(as(OPERATOR, "POST", "/api/v1/tokens", "{\"role\":\"producer\",\"session\":\"" + mine + "\"}"), 201).get("token").asText();
        json(as(token, "POST", "/api/v1/sessions/" + mine + "/parameters", "{\"paused\":true}"), 200);
        json(offer(token, "{\"join\":\"" + mine + "\"}"), 200);
        refused(offer(token, "{}"), 403);
        refused(as(token, "POST", "/api/v1/session/parameters", "{\"paused\":true}"), 403);
        refused(as(token, "POST", "/api/v1/sessions", "{}"), 403);
        refused(as(token, "DELETE", "/api/v1/sessions/" + mine, ""), 403);
        refused(as(token, "POST", "/api/v1/tokens", "{\"role\":\"viewer\",\"session\":\"" + mine + "\"}"), 403);
        as(OPERATOR, "DELETE", "/api/v1/sessions/" + mine, "");
    }

    @Test
    void aProducerInvitesViewersToTheirOwnSessionsOnly() {
        String mine = json(as(PRODUCER, "POST", "/api/v1/sessions", "{}"), 201).get("id").asText();
        String others = json(as(OPERATOR, "POST", "/api/v1/sessions", "{}"), 201).get("id").asText();
        json(as(PRODUCER, "POST", "/api/v1/tokens", "{\"role\":\"viewer\",\"session\":\"" + mine + "\"}"), 201);
        refused(as(PRODUCER, "POST", "/api/v1/tokens", "{\"role\":\"viewer\",\"session\":\"" + others + "\"}"), 403);
        refused(as(PRODUCER, "POST", "/api/v1/tokens", "{\"role\":\"viewer\"}"), 403);
        refused(as(PRODUCER, "POST", "/api/v1/tokens", "{\"role\":\"producer\",\"session\":\"" + mine + "\"}"), 403);
        as(OPERATOR, "DELETE", "/api/v1/sessions/" + mine, "");
        as(OPERATOR, "DELETE", "/api/v1/sessions/" + others, "");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{}", "{\"role\":\"operator\"}", "{\"role\":\"metrics\"}", "{\"role\":\"viewer\",\"expires_in\":0}",
        "{\"role\":\"viewer\",\"expires_in\":7201}", "{\"role\":\"viewer\",\"session\":\"../x\"}", "{\"role\":7}",
    })
    void aTokenThatMakesNoSenseIsNotMade(String body) {
        assertEquals(422, as(OPERATOR, "POST", "/api/v1/tokens", body).statusCode());
    }

    // --- hands -------------------------------------------------------------------------------------------------------

    private static HttpResponse<String> as(String token, String method, String path, String body) {
        List<String> headers = new ArrayList<>(List.of("Content-Type", "application/json"));
        if (!token.isEmpty()) {
            headers.addAll(List.of("Authorization", "Bearer " + token));
        }
        return hub.send(method, path, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body), headers.toArray(String[]::new));
    }

    private static HttpResponse<String> offer(String token, String parameters) {
        ObjectNode body = Json.MAPPER.createObjectNode().put("sdp", offerSdp).put("type", "offer");
        body.set("initialParameters", Json.read(parameters.getBytes(StandardCharsets.UTF_8)));
        return as(token, "POST", "/api/v1/webrtc/offer", body.toString());
    }

    private static String me(String... headers) {
        return json(hub.fetch("/api/v1/me", headers), 200).get("name").asText();
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode json(HttpResponse<String> answer, int status) {
        assertEquals(status, answer.statusCode(), () -> answer.request().method() + " " + answer.uri() + ": " + answer.body());
        return Json.read(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    /** The one line of a refusal. */
    private static String refused(HttpResponse<String> answer, int status) {
        return json(answer, status).get("detail").asText();
    }
}
