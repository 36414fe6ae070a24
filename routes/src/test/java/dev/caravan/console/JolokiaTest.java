package dev.caravan.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.TestHub;
import dev.caravan.api.Json;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What JMX over HTTP lets an operator see and do, and what it does not. */
@Timeout(120)
class JolokiaTest {

    private static final String CONTEXT = "org.apache.camel:type=context,*";

    @TempDir
    static Path data;

    private static TestHub hub;

    @BeforeAll
    static void start() throws Exception {
        Files.createDirectories(data.resolve("routes"));
        Files.writeString(data.resolve("routes/secrets.yaml"), """
                - route:
                    id: with-secrets
                    from:
                      uri: "timer:never?delay=10000000"
                      steps:
                        - setHeader:
                            name: Authorization
                            constant: "Bearer hunter1-hunter1"
                        - toD:
                            uri: "http://user:hunter2@example.org/a?password=hunter3&token=RAW(hunter4&x)"
                        - to:
                            uri: "kafka:x"
                            parameters:
                              brokers: "127.0.0.1:1"
                              lazyStartProducer: true
                              saslJaasConfig: 'org.example.Login required username="me" password="hunter5";'
                """);
        hub = TestHub.startIn(data);
        hub.load("test-card");
        hub.post("/api/v1/sessions", "{\"id\":\"show\",\"parameters\":{\"input_mode\":\"text\"}}", "Content-Type", "application/json");
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    // --- what it is for ----------------------------------------------------------------------------------------------

    @Test
    void sessionsAreReadAndMovedThroughIt() throws Exception {
        String show = name("dev.caravan:type=Session,*");

        assertEquals("show", read(show).at("/value/Id").asText());
        assertEquals(200, exec(show, "sendPrompt(java.lang.String)", "token=is a fine prompt").get("status").asInt());

        assertEquals("token=is a fine prompt", read(show).at("/value/Prompt").asText(), "a prompt is no secret");
        JsonNode refused = exec(show, "setParameters", "{\"noise_scale\": 9}");
        assertEquals("noise_scale: Input should be less than or equal to 1", refused.get("error").asText());
        assertTrue(refused.path("stacktrace").isMissingNode());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "org.apache.camel:type=routes,*", "org.apache.camel:type=context,*", "org.apache.camel:type=processors,*", "dev.caravan:*",
        "java.lang:type=Memory", "java.lang:type=OperatingSystem", "java.nio:type=BufferPool,*"
    })
    void whatAConsoleShowsCanBeRead(String pattern) throws Exception {
        assertFalse(read(pattern).get("value").isEmpty(), pattern);
    }

    @Test
    void diagramsHaveTheirRoutesAndCounters() throws Exception {
        assertTrue(exec(name(CONTEXT), "dumpRoutesAsXml()").get("value").asText().contains("<route id=\"webrtc-out\""));
        JsonNode statistics = exec(name(CONTEXT), "dumpRoutesStatsAsXml", true, true);
        assertTrue(statistics.get("value").asText().contains("exchangesCompleted"), statistics::toString);
    }

    @Test
    void aRouteCanBeStoppedAndStarted() throws Exception {
        String route = name("org.apache.camel:type=routes,name=\"with-secrets\",*");
        assertEquals(200, exec(route, "stop()").get("status").asInt());
        assertEquals("Stopped", read(route).at("/value/State").asText());
        assertEquals(200, exec(route, "start()").get("status").asInt());
        assertEquals("Started", read(route).at("/value/State").asText());
    }

    // --- what it is not for ------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "org.apache.camel:type=context,* | sendBody(java.lang.String,java.lang.Object)",
        "org.apache.camel:type=context,* | sendStringBody(java.lang.String,java.lang.String)",
        "org.apache.camel:type=context,* | requestBody(java.lang.String,java.lang.Object)",
        "org.apache.camel:type=context,* | sendBodyAndHeaders(java.lang.String,java.lang.Object,java.util.Map)",
        "org.apache.camel:type=context,* | addOrUpdateRoutesFromXml(java.lang.String)",
        "org.apache.camel:type=context,* | createEndpoint(java.lang.String)",
        "org.apache.camel:type=context,* | removeEndpoints(java.lang.String)",
        "org.apache.camel:type=context,* | dumpRoutesAsXml(boolean)",
        "org.apache.camel:type=context,* | dumpRoutesAsYaml(boolean)",
        "org.apache.camel:type=context,* | stop()",
        "org.apache.camel:type=context,* | suspend()",
        "org.apache.camel:type=routes,name=\"with-secrets\",* | updateRouteFromXml(java.lang.String)",
        "org.apache.camel:type=routes,name=\"with-secrets\",* | remove()",
        "org.apache.camel:type=tracer,name=BacklogTracer,* | setEnabled(boolean)",
        "org.apache.camel:type=tracer,name=BacklogTracer,* | dumpAllTracedMessagesAsXml()",
        "org.apache.camel:type=tracer,name=BacklogDebugger,* | enableDebugger()",
        "com.sun.management:type=DiagnosticCommand | jvmtiAgentLoad",
        "com.sun.management:type=DiagnosticCommand | compilerDirectivesAdd",
        "com.sun.management:type=DiagnosticCommand | vmSystemProperties",
        "com.sun.management:type=HotSpotDiagnostic | dumpHeap(java.lang.String,boolean)",
        "com.sun.management:type=HotSpotDiagnostic | setVMOption(java.lang.String,java.lang.String)",
        "java.lang:type=Memory | gc()",
        "java.lang:type=Threading | dumpAllThreads(boolean,boolean)",
        "java.util.logging:type=Logging | setLoggerLevel(java.lang.String,java.lang.String)",
        "jdk.management.jfr:type=FlightRecorder | newRecording()",
        "JMImplementation:type=MBeanServerDelegate | getMBeanServerId()",
    })
    void whatCouldHarmIsForbidden(String pattern, String operation) throws Exception {
        // Where nothing of the name is there, somebody may bring it along one day.
        JsonNode found = ask(request("search", pattern)).get("value");
        String mbean = found.isEmpty() ? pattern.replace(",*", "") : found.get(0).asText();
        JsonNode answer = exec(mbean, operation);
        assertForbidden(answer);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "java.lang:type=Runtime | SystemProperties",
        "java.lang:type=Runtime | InputArguments",
        "java.lang:type=Runtime | ClassPath",
        "com.sun.management:type=HotSpotDiagnostic | DiagnosticOptions",
        "java.util.logging:type=Logging | LoggerNames",
        "org.apache.camel:context=caravan,type=tracer,name=BacklogTracer | Enabled",
        "org.apache.logging.log4j2:type=x | ConfigText",
    })
    void whatTellsTooMuchIsNotRead(String mbean, String attribute) throws Exception {
        assertForbidden(ask(request("read", mbean).put("attribute", attribute)));
    }

    @Test
    void nothingIsWritten() throws Exception {
        for (String mbean : new String[] {name(CONTEXT), name("dev.caravan:type=Session,*"), "java.lang:type=Memory"}) {
            assertForbidden(ask(request("write", mbean).put("attribute", "Verbose").put("value", true)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"notification", "regnotif", "config", "nonsense"})
    void otherKindsOfRequestsAreRefused(String type) throws Exception {
        ObjectNode request = request(type, "dev.caravan:type=Hub,hub=caravan").put("command", "register").put("action", "resetHistory");
        assertRefused(400, "{\"detail\":\"The type of a request is one of read, list, search, version, exec\"}", post(request.toString()));
        assertEquals(405, hub.status("/jolokia/" + type));
    }

    @Test
    void nothingIsPassedOnToAnotherMachine() throws Exception {
        ObjectNode request = request("read", "java.lang:type=Memory");
        request.putObject("target").put("url", "service:jmx:rmi:///jndi/ldap://127.0.0.1:1/x");
        assertRefused(400, "{\"detail\":\"The hub passes nothing on to other targets\"}", post(request.toString()));
        assertRefused(400, "{\"detail\":\"The hub passes nothing on to other targets\"}", post("[" + request + "]"));
    }

    // --- secrets -----------------------------------------------------------------------------------------------------

    @Test
    void secretsOfRoutesAreMaskedInWhateverIsAnswered() throws Exception {
        String route = name("org.apache.camel:type=routes,name=\"with-secrets\",*");
        String told = exec(name(CONTEXT), "dumpRoutesAsXml()").toString()
                + exec(route, "dumpRouteAsXml()")
                + read("org.apache.camel:*")
                + ask(Json.MAPPER.createObjectNode().put("type", "list"));
        assertTrue(told.contains("http://user:xxxxxx@example.org/a?password=xxxxxx"), "the rest of an address stays");
        assertFalse(told.contains("hunter"), () -> {
            int at = told.indexOf("hunter");
            return told.substring(Math.max(0, at - 200), at + 50);
        });
    }

    @Test
    void noAnswerHasAStackTraceEvenWhenItIsAskedFor() throws Exception {
        ObjectNode request = request("exec", name("dev.caravan:type=Session,*")).put("operation", "setParameters");
        request.putArray("arguments").add("{");
        request.putObject("config").put("includeStackTrace", "true").put("serializeException", "true");
        String answer = post(request.toString()).body();
        assertTrue(answer.contains("\"error\"") && !answer.contains("at dev.caravan") && !answer.contains("stackTrace\":["), answer);
    }

    // --- the wire ----------------------------------------------------------------------------------------------------

    @Test
    void lookingIsGetAndDoingIsPost() throws Exception {
        assertEquals(200, hub.status("/jolokia/version"));
        assertEquals("show", hub.get("/jolokia/read/dev.caravan:hub=caravan,id=%22show%22,type=Session/Id").at("/value").asText());
        assertEquals(405, hub.status("/jolokia/exec/dev.caravan:hub=caravan,id=%22show%22,type=Session/stop"));
        assertEquals(405, hub.status("/jolokia/write/java.lang:type=Memory/Verbose/true"));
        assertEquals("version", hub.get("/jolokia?p=exec/java.lang:type=Memory/gc").at("/request/type").asText());
        assertEquals(405, hub.send("DELETE", "/jolokia", BodyPublishers.noBody()).statusCode());
        assertTrue(hub.fetch("/jolokia/version?callback=alert").body().startsWith("{"), "no script");
        assertEquals(200, hub.status("/api/v1/sessions/show"));
    }

    @Test
    void aPageOfSomebodyElseIsNotHeard() throws Exception {
        String stop = request("search", "dev.caravan:*").toString();
        for (String origin : new String[] {"null", "http://localhost:1", "https://evil.example"}) {
            assertEquals(403, hub.post("/jolokia", stop, "Content-Type", "application/json", "Origin", origin).statusCode(), origin);
        }
        assertEquals(200, hub.post("/jolokia", stop, "Content-Type", "text/json", "Origin", "http://127.0.0.1:" + hub.port()).statusCode());
        for (String type : new String[] {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"}) {
            assertEquals(415, hub.post("/jolokia", stop, "Content-Type", type).statusCode(), type);
        }
        assertEquals(415, hub.post("/jolokia", stop).statusCode());
    }

    @Test
    void aBodyIsBoundedInSizeNumberAndDepth() throws Exception {
        ArrayNode many = Json.MAPPER.createArrayNode();
        for (int i = 0; i < 251; i++) {
            many.add(request("version", ""));
        }
        assertRefused(400, "{\"detail\":\"Send one request as an object, or up to 250 as an array\"}", post(many.toString()));
        many.remove(0);
        assertEquals(200, post(many.toString()).statusCode());
        assertEquals(413, post("[\"" + "x".repeat(300 << 10) + "\"]").statusCode());
        assertEquals(400, post("[".repeat(5000)).statusCode());
        for (String bad : new String[] {"", "{", "7", "\"x\"", "[1]", "[[]]", "{}", "{\"type\":7}"}) {
            assertEquals(400, post(bad).statusCode(), bad);
        }
        for (String odd : new String[] {
            "[]", "{\"type\":\"read\",\"mbean\":\"\"}", "{\"type\":\"READ\",\"mbean\":[]}", "{\"type\":\"exec\",\"mbean\":\"a:b=c\"}",
            "{\"type\":\"list\",\"path\":7}", "{\"type\":\"read\",\"mbean\":\"dev.caravan:*\",\"config\":{\"maxDepth\":\"x\"}}"}) {
            HttpResponse<String> answer = post(odd);
            assertFalse(answer.body().contains("\tat ") || answer.body().contains("stacktrace"), odd);
        }
    }

    // --- helpers -----------------------------------------------------------------------------------------------------

    private static void assertForbidden(JsonNode answer) {
        assertEquals(403, answer.get("status").asInt(), answer::toString);
    }

    private static void assertRefused(int status, String body, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode());
        assertEquals(body, answer.body());
    }

    private static ObjectNode request(String type, String mbean) {
        return Json.MAPPER.createObjectNode().put("type", type).put("mbean", mbean);
    }

    private static JsonNode read(String mbean) throws Exception {
        return ask(request("read", mbean));
    }

    private static JsonNode exec(String mbean, String operation, Object... arguments) throws Exception {
        ObjectNode request = request("exec", mbean).put("operation", operation);
        request.set("arguments", Json.MAPPER.valueToTree(arguments));
        return ask(request);
    }

    /** The one MBean of a pattern. */
    private static String name(String pattern) throws Exception {
        JsonNode names = ask(request("search", pattern)).get("value");
        assertEquals(1, names.size(), pattern + " " + names);
        return names.get(0).asText();
    }

    private static JsonNode ask(ObjectNode request) throws Exception {
        HttpResponse<String> answer = post(request.toString());
        assertEquals(200, answer.statusCode(), answer.body());
        return Json.MAPPER.readTree(answer.body());
    }

    private static HttpResponse<String> post(String body) {
        return hub.post("/jolokia", body, "Content-Type", "application/json");
    }
}
