package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.frame.Frame;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionEvent;
import dev.caravan.processors.session.Subscriber;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files of the routes folder come, change and go while the hub runs. */
@Timeout(120)
class LiveRoutesTest {

    @TempDir
    static Path data;

    static Path folder;
    static TestHub hub;
    static Set<String> own;

    @BeforeAll
    static void start() throws Exception {
        folder = Files.createDirectories(data.resolve("routes"));
        hub = TestHub.startIn(data);
        hub.running().camel().addComponent("port", new PortComponent());
        own = routeIds();
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @AfterEach
    void clear() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        hub.running().hub().live().scan();
        assertEquals(own, routeIds(), "a file leaves nothing behind");
    }

    @Test
    void aNewFileRunsAnEditReplacesItAndDeletingItEndsIt() throws Exception {
        put("greet.yaml", answers("/greet", "first"));
        assertEquals("first", hub.fetch("/greet").body());
        assertEquals("active", file("greet.yaml").get("state").asText());
        assertEquals(List.of("greet-1"), ids(file("greet.yaml")));

        put("greet.yaml", answers("/greet", "second"));
        assertEquals("second", hub.fetch("/greet").body());
        assertEquals(List.of("greet-1"), ids(file("greet.yaml")), "ids are steady");

        remove("greet.yaml");
        assertEquals(404, status("/greet"));
        assertTrue(hub.get("/api/v1/routes").get("files").isEmpty());
        assertFalse(hub.get("/api/v1/routes?only=files").has("routes"));
        assertEquals(400, hub.status("/api/v1/routes?only=some"));
    }

    @Test
    void restPathsBeansAndRouteConfigurationsComeAndGoWithTheirFile() throws Exception {
        put("rest.yml", """
                - beans:
                    - name: words
                      type: java.lang.String
                      constructors: {0: "from a bean"}
                - routeConfiguration:
                    id: polite
                    onException:
                      - onException:
                          exception: [java.lang.IllegalStateException]
                          handled: {constant: "true"}
                          steps:
                            - setBody: {constant: sorry}
                - rest:
                    path: /mine
                    get:
                      - path: /{name}
                        to: direct:mine
                - route:
                    from:
                      uri: direct:mine
                      steps:
                        - setBody: {simple: "${ref:words} for ${header.name}"}
                - route:
                    routeConfigurationId: polite
                    from:
                      uri: platform-http:/polite
                      steps:
                        - throwException: {exceptionType: java.lang.IllegalStateException, message: no}
                """);
        assertEquals("from a bean for me", hub.fetch("/mine/me").body());
        assertEquals("sorry", hub.fetch("/polite").body());
        assertTrue(hub.get("/openapi.json").get("paths").has("/mine/{name}"));
        assertEquals(3, file("rest.yml").get("routes").size());

        remove("rest.yml");
        assertEquals(404, status("/mine/me"));
        assertFalse(hub.get("/openapi.json").get("paths").has("/mine/{name}"));
        assertEquals(null, hub.running().camel().getRegistry().lookupByName("words"));
        put("again.yaml", answers("/mine/me", "free again"));
        assertEquals("free again", hub.fetch("/mine/me").body());
    }

    @Test
    void aBadEditLeavesTheOldRouteRunningAndSaysWhyUntilItIsMended() throws Exception {
        put("greet.yaml", answers("/greet", "good"));
        String begun = file("greet.yaml").get("changed_at").asText();

        put("greet.yaml", answers("/greet", "worse").replace("setBody", "setBdy"));
        assertEquals("good", hub.fetch("/greet").body());
        assertEquals("stale (old version running)", file("greet.yaml").get("state").asText());
        assertTrue(file("greet.yaml").get("error").asText().startsWith("line 5: "), file("greet.yaml")::toString);
        assertNotEquals(begun, file("greet.yaml").get("changed_at").asText());

        put("greet.yaml", answers("/greet", "mended"));
        assertEquals("mended", hub.fetch("/greet").body());
        assertEquals("active", file("greet.yaml").get("state").asText());
        assertFalse(file("greet.yaml").has("error"));
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                arguments("a typo in an option", """
                        - route:
                            from:
                              uri: timer:x
                              steps:
                                - to:
                                    uri: inference:main
                                    parameters:
                                      stepz: 2
                        """, "line 8: unknown option 'stepz' of inference:main; known: bridgeErrorHandler, events, exceptionHandler"),
                arguments("the same in the URI", route("timer:x?perriod=5", "log:x"),
                        "line 3: unknown option 'perriod' of timer:x; known: period, daemon, delay,"),
                arguments("an option of a crowd", route("kafka:x?groupIdd=5", "log:x"), "of kafka:x; known: groupId, "),
                arguments("a value that does not fit", route("timer:x?period=soon", "log:x"), "line 3: timer:x: option 'period' does not take soon"),
                arguments("an unknown component", route("tmier:x", "log:x"), "line 3: unknown component 'tmier'"),
                arguments("an unknown bean", route("timer:x", "bean:nobody"), "nobody"),
                arguments("a route id of the hub", route("timer:x", "log:x").replace("from:", "id: webrtc-in\n    from:"),
                        "line 2: route id 'webrtc-in' is taken by the hub"),
                arguments("a name kept for the hub", route("timer:x", "log:x").replace("from:", "id: kafka-mine\n    from:"),
                        "line 2: route id 'kafka-mine' begins with 'kafka-'"),
                arguments("a step's id of the hub", """
                        - route:
                            from:
                              uri: timer:x
                              steps:
                                - to: {id: webrtc-out-peers, uri: "log:x"}
                        """, "line 5: id 'webrtc-out-peers' is taken by a step of the hub"),
                arguments("an id twice", """
                        - route: {id: twice, from: {uri: "timer:x", steps: [{to: "log:x"}]}}
                        - route: {id: twice, from: {uri: "timer:y", steps: [{to: "log:x"}]}}
                        """, "twice"),
                arguments("a path of the contract", route("platform-http:/api/v1/sessions", "log:x"),
                        "line 3: path /api/v1/sessions meets /api and below of the hub"),
                arguments("a path over the contract's", route("platform-http:/{any}", "log:x"), "path /{any} meets /api"),
                arguments("everything", route("platform-http:/?matchOnUriPrefix=true", "log:x"), "path / meets "),
                arguments("the contract by rest", "- rest:\n    path: /health\n    get:\n      - path: /deep\n        to: log:x\n",
                        "line 4: path /health/deep meets /health"),
                arguments("a bean of the hub", "- beans:\n    - name: caravanSessions\n      type: java.lang.String\n",
                        "line 2: bean 'caravanSessions' is taken by the hub"),
                arguments("settings of all REST paths", "- restConfiguration:\n    component: platform-http\n", "line 1: restConfiguration"),
                arguments("no list", "route:\n  from: timer:x\n", "line 1: a route file is a list"),
                arguments("half of it", "- route:\n    from:\n      uri: \"timer:x", "line 3: not YAML: "),
                arguments("nothing", "", "the file is empty"),
                arguments("comments", "# later\n", "nothing but comments"),
                arguments("depth", "- ".repeat(5000) + "x", "line 1: nested more than 64 deep"),
                arguments("a bomb", bomb(), "too large when its aliases are written out"),
                arguments("a circle", "- &a [*a]\n", "line 1: an alias stands for something that contains it"),
                arguments("a bad number of port", route("port:70000", "log:x"), "70000"),
                arguments("too much", "#".repeat((1 << 20) + 1), "larger than 1 MiB"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void whatCannotBeUsedIsRefusedInOneLineAndChangesNothing(String what, String text, String why) throws Exception {
        put("bad.yaml", text);
        JsonNode file = file("bad.yaml");
        assertEquals("failed", file.get("state").asText(), file::toString);
        String error = file.get("error").asText();
        assertTrue(error.contains(why), error);
        assertTrue(error.length() < 450 && error.lines().count() == 1, error);
        assertFalse(error.contains(data.toString()) || error.contains("Exception"), error);
        assertEquals(own, routeIds());
    }

    @Test
    void binaryGarbageIsRefused() throws Exception {
        Files.write(folder.resolve("bad.yaml"), new byte[] {(byte) 0xCA, (byte) 0xFE, 0, 1, 2, (byte) 0xFF});
        Files.write(folder.resolve("nul.yaml"), new byte[] {'-', ' ', 0, 1, 2});
        hub.running().hub().live().scan();
        assertEquals("the file is not text in UTF-8", file("bad.yaml").get("error").asText());
        assertEquals("failed", file("nul.yaml").get("state").asText());
    }

    @Test
    void anIdThatAnotherFileHasIsRefusedByNameUntilThatFileIsGone() throws Exception {
        put("first.yaml", answers("/first", "1").replace("from:", "id: same\n    from:"));
        put("second.yaml", answers("/second", "2").replace("from:", "id: same\n    from:"));
        assertEquals("line 2: route id 'same' is taken by first.yaml: choose another", file("second.yaml").get("error").asText());
        assertEquals("1", hub.fetch("/first").body());
        put("third.yaml", answers("/first", "3"));
        assertEquals("line 3: path /first meets /first of first.yaml: choose another", file("third.yaml").get("error").asText());

        remove("first.yaml");
        assertEquals("2", hub.fetch("/second").body());
        assertEquals("3", hub.fetch("/first").body());
    }

    @Test
    void aPortThatIsTakenBringsTheOldVersionBack() throws Exception {
        put("port.yaml", answers("/port", "old"));
        try (ServerSocket taken = new ServerSocket(0)) {
            String wanted = answers("/port", "new") + route("port:" + taken.getLocalPort(), "log:x");
            put("port.yaml", wanted);
            assertEquals("old", hub.fetch("/port").body());
            assertEquals("stale (old version running)", file("port.yaml").get("state").asText());
            assertTrue(file("port.yaml").get("error").asText().contains("in use"), file("port.yaml")::toString);
        }
    }

    @Test
    void theTrialOpensNoPort() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            // Fails by a clash that is found after everything was built.
            put("trial.yaml", route("port:" + taken.getLocalPort(), "log:x") + answers("/api/v1/mine", "x"));
            assertTrue(file("trial.yaml").get("error").asText().contains("/api"), file("trial.yaml")::toString);
        }
    }

    @Test
    void aChangedKameletRebuildsTheFilesThatUseIt() throws Exception {
        String kamelet = """
                apiVersion: camel.apache.org/v1
                kind: Kamelet
                metadata:
                  name: say
                spec:
                  definition:
                    required: [word]
                    properties:
                      word: {title: word, type: string}
                  template:
                    from:
                      uri: kamelet:source
                      steps:
                        - setBody: {simple: "{{word}} by v1"}
                """;
        put("say.kamelet.yaml", kamelet);
        assertEquals("kamelet", file("say.kamelet.yaml").get("kind").asText());
        put("user.yaml", answers("/say", "x").replace("setBody: {constant: \"x\"}", "to: kamelet:say?word=hello"));
        assertEquals("hello by v1", hub.fetch("/say").body());

        put("say.kamelet.yaml", kamelet.replace("v1\"", "v2\""));
        assertEquals("hello by v2", hub.fetch("/say").body());

        put("say.kamelet.yaml", kamelet.replace("setBody", "setBdy"));
        assertEquals("stale (old version running)", file("say.kamelet.yaml").get("state").asText());
        assertEquals("hello by v2", hub.fetch("/say").body());

        put("user.yaml", answers("/say", "x").replace("setBody: {constant: \"x\"}", "to: kamelet:say"));
        assertTrue(file("user.yaml").get("error").asText().contains("word"), file("user.yaml")::toString);
        put("other.kamelet.yaml", kamelet);
        assertTrue(file("other.kamelet.yaml").get("error").asText().contains("'other'"));
    }

    @Test
    void aFolderWhoseLinksAreSwappedAsAConfigMapsIsFollowed() throws Exception {
        Path one = Files.createDirectories(data.resolve("mounted/one"));
        Path two = Files.createDirectories(data.resolve("mounted/two"));
        Files.writeString(one.resolve("map.yaml"), answers("/map", "one"));
        Files.writeString(two.resolve("map.yaml"), answers("/map", "two"));
        Path link = folder.resolve("..data");
        Files.createSymbolicLink(link, one);
        Files.createSymbolicLink(folder.resolve("map.yaml"), Path.of("..data", "map.yaml"));
        hub.running().hub().live().scan();
        assertEquals("one", hub.fetch("/map").body());
        Path fresh = Files.createSymbolicLink(folder.resolve("..data_tmp"), two);
        Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        hub.running().hub().live().scan();
        assertEquals("two", hub.fetch("/map").body());
    }

    @Test
    void theFolderIsWatched() throws Exception {
        Files.writeString(folder.resolve(".watch.yaml.swp"), "of an editor");
        Files.writeString(folder.resolve("watch.yaml~"), "of an editor");
        Files.writeString(folder.resolve("watch.yaml"), answers("/watch", "seen"));
        Await.until("the watch finds the file", () -> hub.fetch("/watch").body().equals("seen"));
        assertEquals(1, hub.get("/api/v1/routes").get("files").size());
        Files.delete(folder.resolve("watch.yaml"));
        Await.until("the watch misses the file", () -> status("/watch") == 404);
    }

    @Test
    void fiftyQuickEditsEndInTheLastAndLeaveNoThreadBehind() throws Exception {
        // With a consumer that has threads of its own.
        put("quick.yaml", answers("/quick", "0") + route("seda:quick?concurrentConsumers=2", "log:x"));
        int threads = Thread.getAllStackTraces().size();
        int endpoints = hub.running().camel().getEndpoints().size();
        Thread writer = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 1; i <= 50; i++) {
                    Path half = Files.writeString(folder.resolve(".half"),
                            answers("/quick", "" + i) + route("seda:quick?concurrentConsumers=2", "log:x"));
                    Files.move(half, folder.resolve("quick.yaml"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        while (writer.isAlive()) {
            hub.running().hub().live().scan();
        }
        hub.running().hub().live().scan();
        assertEquals("50", hub.fetch("/quick").body());
        Await.until("threads of old versions end", () -> Thread.getAllStackTraces().size() <= threads + 3);
        assertEquals(endpoints, hub.running().camel().getEndpoints().size());
    }

    @Test
    void sessionsLoseNoFrameWhileFilesComeAndGo() throws Exception {
        hub.load("test-card");
        List<Long> seen = Collections.synchronizedList(new ArrayList<>());
        Subscriber viewer = new Subscriber() {
            @Override
            public void frame(Frame frame) {
                seen.add(frame.sequence());
            }

            @Override
            public void event(SessionEvent event) {}
        };
        // On the session's own thread: one of its own would lose frames whenever the machine has no time for it.
        try (Session.Attachment attached = hub.running().hub().sessions().subscribe("viewer", Runnable::run, viewer)) {
            assertEquals(201, hub.post("/api/v1/sessions", "{\"id\":\"steady\"}").statusCode());
            Await.until("frames", () -> seen.size() > 3);
            for (int i = 0; i < 5; i++) {
                put("tap.yaml", route("inference:main?events=false", "log:x?level=DEBUG&marker=" + i));
                put("broken.yaml", "- nonsense" + i);
                remove("tap.yaml");
            }
            int enough = seen.size() + 3;
            Await.until("frames after it", () -> seen.size() > enough);
        }
        for (int i = 1; i < seen.size(); i++) {
            assertEquals(seen.get(i - 1) + 1, seen.get(i), "no number is left out");
        }
        assertEquals("streaming", hub.get("/api/v1/sessions/steady").get("state").asText());
        hub.send("DELETE", "/api/v1/sessions/steady", BodyPublishers.noBody());
    }

    @Test
    void routesAreListedWithTheirFiguresAndTheirLastFailure() throws Exception {
        put("count.yaml", answers("/count", "x") + """
                - route:
                    id: fails
                    from:
                      uri: platform-http:/fails
                      steps:
                        - throwException: {exceptionType: java.lang.IllegalStateException, message: "/etc/hub/secret is missing"}
                """);
        hub.fetch("/count");
        hub.fetch("/count");
        hub.fetch("/fails");
        Await.until("counted", () -> route("count-1").at("/exchanges/completed").asLong() == 2);
        JsonNode counted = route("count-1");
        assertEquals("count.yaml", counted.get("file").asText());
        assertEquals("file", counted.get("origin").asText());
        assertEquals("started", counted.get("state").asText());
        assertEquals(2, counted.at("/exchanges/total").asLong());
        assertFalse(counted.has("last_error"));
        assertEquals(".../secret is missing", route("fails").get("last_error").asText());
        JsonNode ours = route("webrtc-out");
        assertTrue(ours.get("file").isNull());
        assertEquals("hub", ours.get("origin").asText());
    }

    @Test
    void operatorsStopAndStartRoutesButNotTheApi() throws Exception {
        put("stop.yaml", answers("/stop", "on"));
        assertEquals(200, hub.post("/api/v1/routes/stop-1/stop", "").statusCode());
        assertEquals("stopped", route("stop-1").get("state").asText());
        assertEquals(404, status("/stop"));
        assertEquals(200, hub.post("/api/v1/routes/stop-1/start", "").statusCode());
        assertEquals("on", hub.fetch("/stop").body());
        assertEquals(200, hub.post("/api/v1/routes/webrtc-out/stop", "").statusCode());
        assertEquals("stopped", route("webrtc-out").get("state").asText());
        assertEquals(200, hub.post("/api/v1/routes/webrtc-out/start", "").statusCode());
        assertEquals(403, hub.post("/api/v1/routes/api-getHealth/stop", "").statusCode());
        assertEquals(403, hub.post("/api/v1/routes/rest-frames/stop", "").statusCode());
        assertEquals(404, hub.post("/api/v1/routes/nobody/stop", "").statusCode());
    }

    @Test
    void headersOfStrangersSteerNoKafkaStepOfAUserEvenWhereTheHubHasNoBroker() {
        KafkaEndpoint endpoint = hub.running().camel().getEndpoint("kafka:theirs?brokers=localhost:1", KafkaEndpoint.class);
        assertTrue(endpoint.getConfiguration().getHeaderFilterStrategy().applyFilterToExternalHeaders("KAFKA.override_topic", "x", null));
    }

    private static void put(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
        hub.running().hub().live().scan();
    }

    private static void remove(String name) throws IOException {
        Files.delete(folder.resolve(name));
        hub.running().hub().live().scan();
    }

    private static String answers(String path, String text) {
        return """
                - route:
                    from:
                      uri: platform-http:%s
                      steps:
                        - setBody: {constant: "%s"}
                """.formatted(path, text);
    }

    private static String route(String from, String to) {
        return """
                - route:
                    from:
                      uri: "%s"
                      steps:
                        - to: "%s"
                """.formatted(from, to);
    }

    /** Ten letters that stand for two million. */
    private static String bomb() {
        StringBuilder yaml = new StringBuilder("- &a0 [x, x]\n");
        for (int i = 1; i <= 20; i++) {
            yaml.append("- &a%d [*a%d, *a%d]\n".formatted(i, i - 1, i - 1));
        }
        return yaml.toString();
    }

    private static JsonNode route(String id) {
        for (JsonNode route : hub.get("/api/v1/routes").get("routes")) {
            if (route.get("id").asText().equals(id)) {
                return route;
            }
        }
        throw new AssertionError(id + " is not listed");
    }

    private static int status(String path) {
        return hub.post(path, "").statusCode();
    }

    private static JsonNode file(String name) {
        for (JsonNode file : hub.get("/api/v1/routes").get("files")) {
            if (file.get("name").asText().equals(name)) {
                return file;
            }
        }
        throw new AssertionError(name + " is not listed");
    }

    private static List<String> ids(JsonNode file) {
        List<String> ids = new ArrayList<>();
        file.get("routes").forEach(id -> ids.add(id.asText()));
        return ids;
    }

    private static Set<String> routeIds() {
        Set<String> ids = new TreeSet<>();
        hub.get("/api/v1/routes").get("routes").forEach(route -> ids.add(route.get("id").asText()));
        return ids;
    }

    /** Its consumer takes a TCP port. */
    public static final class PortComponent extends DefaultComponent {
        @Override
        protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
            int port = Integer.parseInt(remaining);
            return new DefaultEndpoint(uri, this) {
                @Override
                public Producer createProducer() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public Consumer createConsumer(Processor processor) {
                    return new DefaultConsumer(this, processor) {
                        private ServerSocket socket;

                        @Override
                        protected void doStart() throws Exception {
                            super.doStart();
                            socket = new ServerSocket(port);
                        }

                        @Override
                        protected void doStop() throws Exception {
                            if (socket != null) {
                                socket.close();
                            }
                            super.doStop();
                        }
                    };
                }
            };
        }
    }
}
