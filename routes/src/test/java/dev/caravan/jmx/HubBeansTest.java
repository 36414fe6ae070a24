package dev.caravan.jmx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.TestHub;
import dev.caravan.api.Json;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import javax.management.JMX;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The hub as JMX shows it, and what can be done there. */
@Timeout(120)
class HubBeansTest {

    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    private static TestHub hub;
    private static String name;

    @BeforeAll
    static void start() throws Exception {
        Set<ObjectName> before = SERVER.queryNames(new ObjectName("dev.caravan:type=Hub,*"), null);
        hub = TestHub.start();
        name = newHub(before);
        hub.load("test-card");
    }

    @AfterAll
    static void stop() throws Exception {
        hub.close();
        assertEquals(Set.of(), all(name), "nothing is left behind");
    }

    @AfterEach
    void endSessions() {
        for (JsonNode session : hub.get("/api/v1/sessions").get("sessions")) {
            hub.send("DELETE", "/api/v1/sessions/" + session.get("id").asText(), BodyPublishers.noBody());
        }
        await("the sessions are gone", () -> find("Session").isEmpty());
    }

    @Test
    void aSessionIsListedAsLongAsItLives() throws Exception {
        SessionMXBean show = open("show");

        assertEquals("show", show.getId());
        assertEquals("rest", show.getOpener());
        assertEquals(List.of("test-card"), show.getPipelines());
        assertEquals("a boat", show.getPrompt());
        assertEquals("text", Json.MAPPER.readTree(show.getParameters()).get("input_mode").asText());
        await("it makes pictures", () -> show.getFramesOut() > 0 && show.getWidth() == 576 && show.getFpsOut() > 0);
        await("its chunks are timed", () -> show.getLastChunkMillis() > 0 && show.getChunks() > 0);

        hub.send("DELETE", "/api/v1/sessions/show", BodyPublishers.noBody());

        await("it is taken out", () -> find("Session").isEmpty());
        // Of the same name, but another.
        assertEquals("show", open("show").getId());
    }

    @Test
    void whatAnOperatorDoesReachesTheSession() throws Exception {
        SessionMXBean show = open("show");

        show.pause();
        await("it rests", () -> show.getState().equals("paused"));
        show.resume();
        await("it goes on", () -> show.getState().equals("streaming"));
        show.sendPrompt("a storm");
        assertEquals("a storm", hub.get("/api/v1/sessions/show/parameters").at("/parameters/prompts/0/text").asText());
        assertEquals("a storm", show.getPrompt());
        show.setParameters("{\"noise_scale\": 0.25, \"prompts\": [{\"text\":\"sun\",\"weight\":1}, {\"text\":\"rain\",\"weight\":0.5}]}");
        assertEquals(0.25, hub.get("/api/v1/sessions/show/parameters").at("/parameters/noise_scale").asDouble());
        assertEquals("sun (1.0) + rain (0.5)", show.getPrompt());
        show.stop();
        await("it is gone", () -> hub.status("/api/v1/sessions/show") == 404);
    }

    @Test
    void whatTheValidatorRefusesIsRefusedInOneLineAndNothingOfItApplies() throws Exception {
        SessionMXBean show = open("show");

        assertEquals("noise_scale: Input should be less than or equal to 1",
                refusal(() -> show.setParameters("{\"noise_scale\": 7, \"manage_cache\": true}")));
        assertFalse(show.getParameters().contains("manage_cache"));
        for (String bad : List.of("{", "[1]", "", "{}", "7", "{\"a\":".repeat(100))) {
            String line = refusal(() -> show.setParameters(bad));
            assertTrue(line.lines().count() == 1 && line.contains("parameters"), line);
        }
        assertTrue(refusal(() -> show.sendPrompt("  ")).contains("prompt"));
        assertTrue(refusal(() -> show.sendPrompt("x".repeat(20_000))).startsWith("prompts.0.text: "));
        assertEquals("session show has no such source; it has none", refusal(() -> show.switchSource("webrtc:nobody")));
        assertEquals("a boat", show.getPrompt());
    }

    @Test
    void aSourceThatIsThereCanBeChosenAndLetGo() throws Exception {
        hub.load("passthrough");
        try {
            hub.post("/api/v1/sessions", "{\"id\":\"show\"}", "Content-Type", "application/json");
            SessionMXBean show = bean("Session", "show", SessionMXBean.class);
            hub.send("POST", "/api/v1/sessions/show/frames", BodyPublishers.ofByteArray(pixel()), "Content-Type", "image/png");
            await("the source is listed", () -> !show.getSources().isEmpty());
            String source = show.getSources().getFirst();

            show.switchSource(source);

            assertEquals(source, hub.get("/api/v1/sessions/show/parameters").at("/parameters/active_source").asText());
            assertEquals(source, show.getActiveSource());
            show.switchSource("");
            assertEquals("", hub.get("/api/v1/sessions/show/parameters").at("/parameters/active_source").asText());
        } finally {
            hub.load("test-card");
        }
    }

    @Test
    void modelsComeAndGoWithWhatIsLoaded() throws Exception {
        HubMXBean all = JMX.newMXBeanProxy(SERVER, Register.name(name, "Hub", Optional.empty()), HubMXBean.class);
        ModelMXBean card = bean("Model", "test-card", ModelMXBean.class);
        assertEquals("test-card", card.getPipeline());
        assertEquals("loaded", card.getState());
        open("show");
        assertEquals(List.of("show"), card.getSessions());

        all.load("gray, passthrough", "{\"a\": 1}");

        ModelMXBean gray = bean("Model", "gray", ModelMXBean.class);
        bean("Model", "passthrough", ModelMXBean.class);
        await("the other is taken out", () -> find("Model").size() == 2);
        assertEquals("{\"a\":1}", gray.getLoadParameters());
        gray.unload();
        await("it is taken out", () -> find("Model").size() == 1);
        assertTrue(refusal(() -> all.load("nope", null)).startsWith("there is no pipeline of that name; there are "));
        assertTrue(refusal(() -> all.load(" , ", null)).contains("1 to 64"));
        assertEquals(1, all.getModels());
        all.unload();
        await("nothing is loaded", () -> find("Model").isEmpty() && all.getLoadState().equals("not_loaded"));
        hub.load("test-card");
    }

    @Test
    void anIdOfAClientsChoiceMakesNoOtherName() throws Exception {
        String hostile = "a\",type=Hub,x=\"*?\\\n";
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.withArrayProperty("pipelines").addObject().put("node_id", hostile).put("pipeline_id", "gray");
        hub.post("/api/v1/pipeline/load", body.toString(), "Content-Type", "application/json");
        try {
            assertEquals("gray", bean("Model", hostile, ModelMXBean.class).getPipeline());
            assertEquals(1, find("Hub").size());
        } finally {
            hub.load("test-card");
        }
    }

    @Test
    void aPeerIsListedUntilItIsDisconnected() throws Exception {
        ObjectNode body = Json.MAPPER.createObjectNode().put("type", "offer");
        try (InputStream sdp = HubBeansTest.class.getResourceAsStream("/sdp/chrome-sendrecv.sdp")) {
            body.put("sdp", new String(sdp.readAllBytes(), StandardCharsets.UTF_8).replace("\n", "\r\n"));
        }
        String id = Json.MAPPER.readTree(hub.post("/api/v1/webrtc/offer", body.toString(), "Content-Type", "application/json").body())
                .get("sessionId").asText();

        PeerMXBean peer = bean("Peer", id, PeerMXBean.class);

        assertEquals(id, peer.getSession());
        assertEquals("connecting", peer.getState());
        assertEquals("source, viewer, controls", peer.getRole());
        assertEquals(0, peer.getFramesIn());
        peer.disconnect();
        await("it is taken out", () -> find("Peer").isEmpty());
        assertEquals(0, hub.running().hub().peers().count());
    }

    @Test
    void aSecondHubHasNamesOfItsOwn() throws Exception {
        Set<ObjectName> before = SERVER.queryNames(new ObjectName("dev.caravan:type=Hub,*"), null);
        String other;
        try (TestHub second = TestHub.start()) {
            other = newHub(before);
            assertNotEquals(name, other);
            second.load("gray");
            await("its model is listed as its own", () -> all(other).size() == 2);
        }
        assertEquals(Set.of(), all(other));
        assertEquals(1, find("Hub").size());
    }

    @Test
    void consolesAreToldWhatThingsMean() throws Exception {
        open("show");
        MBeanInfo session = SERVER.getMBeanInfo(Register.name(name, "Session", Optional.of("show")));
        assertTrue(List.of(session.getAttributes()).stream().noneMatch(attribute -> attribute.isWritable()));
        assertEquals(Set.of("pause", "resume", "sendPrompt", "setParameters", "switchSource", "stop"),
                List.of(session.getOperations()).stream().map(operation -> operation.getName()).collect(Collectors.toSet()));
        MBeanInfo info = SERVER.getMBeanInfo(Register.name(name, "Hub", Optional.empty()));
        assertTrue(List.of(info.getAttributes()).stream().noneMatch(attribute -> attribute.getDescription().isBlank()));
        assertTrue(List.of(info.getOperations()).stream().noneMatch(operation -> operation.getDescription().isBlank()));
        assertEquals("ids, separated by commas", List.of(info.getOperations()).stream()
                .filter(operation -> operation.getName().equals("load")).findFirst().orElseThrow().getSignature()[0].getName());
        assertTrue(List.of(info.getAttributes()).stream().noneMatch(attribute -> attribute.isWritable()));
    }

    // --- helpers ---------------------------------------------------------------------------------------------------

    private static SessionMXBean open(String id) {
        hub.post("/api/v1/sessions",
                "{\"id\":\"" + id + "\",\"parameters\":{\"input_mode\":\"text\",\"prompts\":[{\"text\":\"a boat\",\"weight\":1}]}}",
                "Content-Type", "application/json");
        return bean("Session", id, SessionMXBean.class);
    }

    private static <T> T bean(String type, String id, Class<T> face) {
        ObjectName of = Register.name(name, type, Optional.of(id));
        await(of + " is registered", () -> SERVER.isRegistered(of));
        return JMX.newMXBeanProxy(SERVER, of, face);
    }

    private static String newHub(Set<ObjectName> before) throws Exception {
        return SERVER.queryNames(new ObjectName("dev.caravan:type=Hub,*"), null).stream()
                .filter(bean -> !before.contains(bean)).findFirst().orElseThrow().getKeyProperty("hub");
    }

    private static Set<ObjectName> find(String type) {
        return query("dev.caravan:hub=" + name + ",type=" + type + ",*");
    }

    private static Set<ObjectName> all(String hubName) {
        return query("dev.caravan:hub=" + hubName + ",*");
    }

    private static Set<ObjectName> query(String pattern) {
        try {
            return SERVER.queryNames(new ObjectName(pattern), null);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String refusal(Runnable operation) {
        return assertThrows(IllegalArgumentException.class, operation::run).getMessage();
    }

    /** A picture of one pixel. */
    private static byte[] pixel() throws Exception {
        java.io.ByteArrayOutputStream png = new java.io.ByteArrayOutputStream();
        javax.imageio.ImageIO.write(new java.awt.image.BufferedImage(16, 16, java.awt.image.BufferedImage.TYPE_INT_RGB), "png", png);
        return png.toByteArray();
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited in vain until " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }
}
