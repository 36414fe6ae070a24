package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    static final class PortComponent extends DefaultComponent {
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
