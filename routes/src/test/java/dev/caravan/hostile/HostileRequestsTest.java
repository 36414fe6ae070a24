package dev.caravan.hostile;

import static dev.caravan.hostile.GuardedHub.CALLERS;
import static dev.caravan.hostile.GuardedHub.OPERATOR;
import static dev.caravan.hostile.GuardedHub.PRODUCER;
import static dev.caravan.hostile.GuardedHub.VIEWER;
import static dev.caravan.hostile.GuardedHub.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.hostile.GuardedHub.Operation;
import dev.caravan.security.Policy;
import io.vertx.ext.web.Route;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What strangers and those with too small a role get when they send whatever they like. */
@Timeout(120)
class HostileRequestsTest {

    private static final int TRIES = 4;

    @TempDir
    static Path data;

    static GuardedHub guarded;
    static Leaks leaks;
    static Set<String> portsBefore;

    @BeforeAll
    static void start() throws Exception {
        portsBefore = OwnPorts.listening();
        guarded = new GuardedHub(data);
        leaks = new Leaks(data);
    }

    @AfterAll
    static void stop() {
        guarded.close();
    }

    // --- nobody ------------------------------------------------------------------------------------------------------

    @Test
    void whateverHangsOnTheRouterIs401ForWhoShowsNoToken() {
        VertxPlatformHttpRouter router = VertxPlatformHttpRouter.lookup(
                guarded.hub.running().camel(), VertxPlatformHttpRouter.getRouterNameFromPort(0));
        Set<String> asked = new TreeSet<>();
        for (Route route : router.getRoutes()) {
            if (route.getPath() == null) {
                continue; // guards and the page
            }
            String path = route.getPath().replaceAll(":[^/]+", "x").replace("*", "x");
            for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE")) {
                if (!Policy.rule(method, path).open() && asked.add(method + " " + path)) {
                    HttpResponse<String> answer = guarded.as("", method, path, "{}");
                    assertEquals(401, answer.statusCode(), method + " " + path);
                    leaks.assertNone(answer, method + " " + path);
                }
            }
        }
        assertTrue(asked.containsAll(List.of(
                "POST /api/v1/assets", "POST /api/v1/loras", "POST /api/v1/lora/download", "POST /jolokia/", "GET /jolokia/",
                "GET /hawtio/jolokia/", "GET /metrics", "POST /shows", "POST /keeps", "GET /shows")), asked::toString);
    }

    @ParameterizedTest
    @CsvSource({"POST, /", "PUT, /index.html", "DELETE, /js/main.js", "POST, /docs", "PATCH, /openapi.json", "POST, /hawtio", "PUT, /hawtio/x",
        "POST, /health/live", "DELETE, /metrics", "POST, /nobody-knows"})
    void whatIsOpenToReadersIsNotOpenToWriters(String method, String path) {
        assertEquals(401, guarded.as("", method, path, "{}").statusCode());
    }

    @Test
    void aHubOpensOnePortAndNoDoorForDebuggers() throws Exception {
        Set<String> opened = OwnPorts.listening();
        opened.removeAll(portsBefore);
        assertEquals(Set.of(Integer.toString(guarded.hub.port())), opened);
    }

    // --- everybody ---------------------------------------------------------------------------------------------------

    @Test
    void whateverIsSentByWhomeverTheAnswerIsClearAndTellsNothingOfTheInside() {
        Garbage garbage = new Garbage(7);
        int sent = 0;
        for (Operation operation : guarded.operations()) {
            for (String caller : CALLERS) {
                // Who gets in is worth more tries.
                for (int i = 0; i < (caller.isEmpty() ? 1 : TRIES); i++) {
                    String path = operation.with(garbage.segment()) + garbage.query();
                    String body = operation.takesABody() ? garbage.body() : "";
                    String type = garbage.type();
                    String header = garbage.header();
                    HttpResponse<String> answer =
                            guarded.as(caller, operation.method(), path, body, "Content-Type", type, header, garbage.value());
                    leaks.assertNone(answer, caller + " " + operation + " " + path + " " + type + " " + Leaks.shortened(body));
                    sent++;
                }
            }
            endSessions();
        }
        assertTrue(sent > 500, "all " + sent);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "/api/v1/sessions/%", "/api/v1/sessions/%zz", "/api/v1/sessions/%u0041", "/api/v1/sessions?lines=%", "/api/v1/assets/..\\..\\x.png",
        "/api/v1/assets/%2e%2e/%2e%2e/caravan.yaml", "/api/v1/assets/..;/..;/x.png", "/api/v1/assets//etc/passwd", "/js/../../../etc/passwd",
        "/js/%2e%2e%2f%2e%2e%2flog4j2.xml", "/docs/..%2f..%2flog4j2.xml", "/docs/..%5c..%5clog4j2.xml", "/hawtio/..%2f..%2flog4j2.xml",
        "/hawtio/%2e%2e/%2e%2e/console/jolokia-access.xml", "/hawtio/caravan/..%2f..%2fjolokia-access.xml", "/hawtio/caravan/%2e%2e/jolokia-access.xml",
        "/api/v1/logs/../../caravan.yaml", "/api/v1/logs/..%2f..%2fcaravan.yaml", "/api/v1/logs/current%00.yaml", "/META-INF/MANIFEST.MF",
        "/dev/caravan/Caravan.class", "/log4j2.xml", "/camel/rest-frames.camel.yaml", "/console/jolokia-access.xml", "/caravan.yaml",
        "http://evil.example/api/v1/keys", "http://localhost/api/v1/nope", "*", "/api/v1/\u00e4\u00f6", "/api/v1/\u0001", "/a b/c",
        "/api/v1/sessions/x\u0000y", "/?%00", "/#x", "//evil.example/%2e%2e", "/hawtio//evil.example", "/hawtio/\\evil.example",
    })
    void noAddressLeadsOutOfAFolder(String target) throws Exception {
        for (String token : List.of("", OPERATOR)) {
            String[] lines = Stream.of("GET " + target + " HTTP/1.1", "Host: localhost", token.isEmpty() ? "X: y" : "Authorization: Bearer " + token,
                    "Connection: close").toArray(String[]::new);
            String answer = guarded.hub.raw(lines);
            assertTrue(leaks.in(answer).isEmpty(), () -> target + ": " + leaks.in(answer) + Leaks.shortened(answer));
            assertFalse(answer.contains("<Configuration") || answer.contains("<restrict>") || answer.contains("- rest"), answer);
            assertFalse(answer.startsWith("HTTP/1.1 5") || answer.matches("(?si).*\r\nlocation: *(//|http|\\\\).*"), answer);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5000, 100_000})
    void anAddressOrAHeaderWithoutEndIsCutOff(int length) throws Exception {
        String much = "x".repeat(length);
        for (String[] lines : new String[][] {
            {"GET /api/v1/" + much + " HTTP/1.1", "Host: localhost", "Connection: close"},
            {"GET /health/live HTTP/1.1", "Host: localhost", "Authorization: Bearer " + much + much, "Connection: close"},
        }) {
            String answer = pour(String.join("\r\n", lines) + "\r\n\r\n");
            assertTrue(answer.isEmpty() || answer.matches("(?s)HTTP/1\\.[01] 4\\d\\d .*"), answer);
            assertTrue(leaks.in(answer).isEmpty(), answer);
        }
    }

    @Test
    void aBodyWithoutALengthIsCutOffAtTheLimitWhereverItIsSent() throws Exception {
        String chunk = "10000\r\n" + "1".repeat(0x10000) + "\r\n";
        int walked = 0;
        for (Operation operation : guarded.operations()) {
            if (operation.takesABody()) {
                String answer = pour(operation.method() + " " + operation.with("x") + "?filename=big.png HTTP/1.1\r\nHost: localhost\r\n"
                        + "Content-Type: application/json\r\nAuthorization: Bearer " + OPERATOR
                        + "\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk.repeat(17) + "0\r\n\r\n");
                assertTrue(answer.isEmpty() || answer.matches("(?s)HTTP/1\\.1 (413|400) .*"), () -> operation + " " + Leaks.shortened(answer));
                walked++;
            }
        }
        assertTrue(walked > 12, "all " + walked);
        assertEquals(0, json(guarded.as(OPERATOR, "GET", "/api/v1/assets", ""), 200).get("assets").size());
    }

    // --- routes of a user --------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"CamelFileName", "CAMELFILENAME", "camelfilename", "CamelOverruleFileName", "CamelFilePath", "CamelFileAbsolute"})
    void aStrangersHeaderChoosesNoFile(String name) throws Exception {
        for (String value : List.of("../evil.txt", data.resolve("evil.txt").toString(), "evil.txt")) {
            assertEquals(200, guarded.as(OPERATOR, "POST", "/keeps", "x", "Content-Type", "text/plain", name, value).statusCode());
            String query = "/keeps?" + name + "=" + value;
            assertEquals(200, guarded.as(OPERATOR, "POST", query, "x", "Content-Type", "text/plain").statusCode());
            guarded.as(OPERATOR, "POST", "/keeps", name + "=" + value, "Content-Type", "application/x-www-form-urlencoded");
        }
        try (Stream<Path> files = Files.walk(data)) {
            assertEquals(List.of(), files.filter(file -> file.getFileName().toString().startsWith("evil")).toList());
        }
        assertTrue(Files.exists(data.resolve("kept/meant.txt")));
    }

    @Test
    void aJavaObjectInABodyIsNeverRead() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new Canary());
        }
        for (String path : List.of("/reads-objects", "/shows", "/api/v1/sessions", "/api/v1/workflow/resolve", "/api/v1/sessions/x/frames")) {
            HttpResponse<String> answer = guarded.as(OPERATOR, "POST", path, BodyPublishers.ofByteArray(bytes.toByteArray()),
                    "Content-Type", "application/x-java-serialized-object", "Accept", "application/x-java-serialized-object");
            assertFalse(answer.body().contains("Canary") || answer.body().startsWith("\u00ac\u00ed"), answer::body);
        }
        assertEquals(0, Canary.WOKEN.get());
    }

    @Test
    void aFailureThatAMessageCausedIsToldToOperatorsWithoutTheInside() {
        HttpResponse<String> failed = guarded.as(OPERATOR, "POST", "/counts", "not a number", "Content-Type", "text/plain");
        assertEquals("{\"detail\":\"Internal error: see the hub's log\"}", failed.body());
        JsonNode routes = json(guarded.as(OPERATOR, "GET", "/api/v1/routes", ""), 200).get("routes");
        String told = routes.findValuesAsText("last_error").toString();
        assertTrue(told.contains("type: Integer"), told);
        assertTrue(leaks.in(told).isEmpty(), told);
    }

    // --- small roles -------------------------------------------------------------------------------------------------

    @Test
    void onlyOperatorsSeeWhoOthersAre() {
        String session = guarded.open(OPERATOR);
        for (Operation operation : guarded.operations()) {
            if (operation.method().equals("GET")) {
                for (String caller : List.of(PRODUCER, VIEWER)) {
                    String body = guarded.as(caller, "GET", operation.with(session), "").body();
                    assertFalse(body.contains("token:operator"), () -> operation + " tells " + body);
                }
            }
        }
        assertTrue(guarded.as(OPERATOR, "GET", "/api/v1/sessions/" + session, "").body().contains("token:operator"));
        endSessions();
    }

    @Test
    void whoIsBoundToASessionChangesNothingInAnother() {
        String mine = guarded.open(OPERATOR);
        String other = guarded.open(OPERATOR);
        String bound = json(guarded.as(OPERATOR, "POST", "/api/v1/tokens", "{\"role\":\"producer\",\"session\":\"" + mine + "\"}"), 201)
                .get("token").asText();
        String change = "{\"active_source\":\"mine\",\"paused\":true,\"outputs\":[\"kafka\"]}";
        JsonNode before = parameters(other);
        for (String caller : List.of(bound, VIEWER)) {
            for (String path : List.of("/api/v1/sessions/" + other + "/parameters", "/api/v1/session/parameters")) {
                assertEquals(403, guarded.as(caller, "POST", path, change).statusCode(), path);
            }
            assertEquals(403, guarded.as(caller, "POST", "/api/v1/webrtc/offer", "{\"type\":\"offer\",\"sdp\":\"v=0\",\"initialParameters\":{\"join\":\""
                    + other + "\",\"active_source\":\"mine\"}}").statusCode());
            assertEquals(403, guarded.as(caller, "POST", "/api/v1/sessions/" + other + "/frames", "x", "Content-Type", "image/png").statusCode());
            assertEquals(403, guarded.as(caller, "DELETE", "/api/v1/sessions/" + other, "").statusCode());
        }
        assertEquals(before, parameters(other));
        endSessions();
    }

    @Test
    void oneCallerOpensOnlySoManySessions() {
        for (int i = 0; i < 4; i++) {
            guarded.open(PRODUCER);
        }
        HttpResponse<String> refused = guarded.as(PRODUCER, "POST", "/api/v1/sessions", "{}");
        assertEquals(429, refused.statusCode(), refused::body);
        assertEquals(429, guarded.as(PRODUCER, "POST", "/api/v1/session/start", "{\"pipeline_id\":\"passthrough\"}").statusCode());
        guarded.open(OPERATOR);
        endSessions();
    }

    // --- hands -------------------------------------------------------------------------------------------------------

    private static JsonNode parameters(String session) {
        return json(guarded.as(OPERATOR, "GET", "/api/v1/sessions/" + session + "/parameters", ""), 200);
    }

    private static void endSessions() {
        for (JsonNode session : json(guarded.as(OPERATOR, "GET", "/api/v1/sessions", ""), 200).get("sessions")) {
            guarded.as(OPERATOR, "DELETE", "/api/v1/sessions/" + session.get("id").asText(), "");
        }
    }

    /** Sends what is taken of it and returns what comes back; nothing when the hub hangs up at once. */
    private static String pour(String bytes) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", guarded.hub.port())) {
            socket.setSoTimeout(30_000);
            InputStream in = socket.getInputStream();
            try {
                socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
                socket.shutdownOutput();
            } catch (IOException refused) {
                // It may have answered before it stopped reading.
            }
            try {
                return new String(in.readNBytes(64 << 10), StandardCharsets.ISO_8859_1);
            } catch (java.net.SocketTimeoutException e) {
                throw new AssertionError("no answer and no end", e);
            } catch (IOException reset) {
                return "";
            }
        }
    }

    /** Tells when somebody makes one of bytes. */
    private static final class Canary implements Serializable {
        private static final long serialVersionUID = 1L;
        static final AtomicInteger WOKEN = new AtomicInteger();

        private void readObject(ObjectInputStream in) {
            WOKEN.incrementAndGet();
        }
    }

    /** TCP ports on which this process listens, as the system tells. */
    private static final class OwnPorts {

        static Set<String> listening() throws IOException {
            List<String> sockets = new ArrayList<>();
            try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
                for (Path descriptor : descriptors.toList()) {
                    try {
                        sockets.add(Files.readSymbolicLink(descriptor).toString());
                    } catch (IOException e) {
                        // Closed since.
                    }
                }
            }
            Set<String> ports = new TreeSet<>();
            for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
                for (String line : Files.exists(Path.of(table)) ? Files.readAllLines(Path.of(table)) : List.<String>of()) {
                    String[] fields = line.strip().split("\\s+");
                    if (fields[3].equals("0A") && sockets.contains("socket:[" + fields[9] + "]")) {
                        ports.add(Integer.toString(Integer.parseInt(fields[1].substring(fields[1].lastIndexOf(':') + 1), 16)));
                    }
                }
            }
            return ports;
        }
    }
}
