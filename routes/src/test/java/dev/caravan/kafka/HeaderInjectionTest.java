package dev.caravan.kafka;

import static dev.caravan.kafka.KafkaTestHub.header;
import static dev.caravan.kafka.KafkaTestHub.text;
import static dev.caravan.kafka.KafkaTestHub.unique;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.processors.kafka.ForeignHeaderFilter;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.http.base.HttpHeaderFilterStrategy;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stranger's headers steer nothing, in routes that know nothing of the danger (CVE-2026-49098). */
class HeaderInjectionTest {

    private final String meant = unique("meant");
    private final String stolen = unique("stolen");
    private final Queue<Map<String, Object>> headers = new ConcurrentLinkedQueue<>();
    private KafkaTestHub hub;
    private int port;

    @BeforeEach
    void start() throws Exception {
        hub = KafkaTestHub.start();
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        VertxPlatformHttpServerConfiguration http = new VertxPlatformHttpServerConfiguration();
        http.setBindHost("127.0.0.1");
        http.setBindPort(port);
        hub.camel.addService(new VertxPlatformHttpServer(http));
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"kafka.OVERRIDE_TOPIC", "KAFKA.OVERRIDE_TOPIC", "kafka.override_topic", "Kafka.Override_Topic"})
    void anHttpClientCannotChooseTheTopic(String name) throws Exception {
        protect();
        userRoute();
        assertEquals(200, post("", name, stolen, "application/octet-stream", "picture"));
        assertEquals("picture", text(hub.read(meant, null, 1).getFirst()));
        assertFalse(topics().contains(stolen));
    }

    @Test
    void neitherCanAQueryParameterOrAForm() throws Exception {
        protect();
        userRoute();
        assertEquals(200, post("?kafka.OVERRIDE_TOPIC=" + stolen, "x-mine", "kept", "text/plain", "query"));
        assertEquals(200, post("", "x-mine", "kept", "application/x-www-form-urlencoded", "KAFKA.OVERRIDE_TOPIC=" + stolen));
        assertEquals(2, hub.read(meant, null, 2).size());
        assertFalse(topics().contains(stolen));
        assertTrue(headers.stream().allMatch(h -> "kept".equals(h.get("x-mine"))), "other headers come in");
    }

    @Test
    void camelsAndOurOwnHeadersDoNotComeInByHttp() throws Exception {
        protect();
        userRoute();
        assertEquals(200, post("?camelfilename=evil", "CaravanSessionId", "other", "text/plain", "x"));
        assertEquals(200, post("", "CAMELFILENAME", "evil", "text/plain", "x"));
        for (Map<String, Object> seen : headers) {
            assertFalse(seen.containsKey("CamelFileName"));
            assertFalse(seen.containsKey("CaravanSessionId"));
        }
        assertEquals(2, headers.size());
    }

    /** So that the tests above test something. */
    @Test
    void withoutTheFilterTheAttackWorks() throws Exception {
        userRoute();
        assertEquals(200, post("", "kafka.OVERRIDE_TOPIC", stolen, "application/octet-stream", "picture"));
        assertEquals("picture", text(hub.read(stolen, null, 1).getFirst()));
    }

    @Test
    void aRecordsHeadersSteerNothingEither() throws Exception {
        String from = unique("from");
        hub.add(new RouteBuilder() {
            @Override
            public void configure() {
                from("kafka:" + from + "?groupId=" + from + "&autoOffsetReset=earliest&pollTimeoutMs=200")
                        .process(exchange -> headers.add(Map.copyOf(exchange.getMessage().getHeaders())))
                        .to("kafka:" + meant);
            }
        });
        hub.send(
                from, "key", "value", "kafka.OVERRIDE_TOPIC", stolen, "KAFKA.override_topic", stolen, "CamelFileName", "evil",
                "CaravanSessionId", "other", "Long-Running-Action", "theirs", "caravan-seq", "7");
        var record = hub.read(meant, "key", 1).getFirst();
        assertFalse(topics().contains(stolen));
        assertEquals("7", header(record, "caravan-seq"), "what our records carry passes");
        Map<String, Object> seen = headers.poll();
        assertEquals(from, seen.get(KafkaConstants.TOPIC), "what the consumer itself sets stays");
        assertTrue(seen.keySet().containsAll(Set.of(KafkaConstants.PARTITION, KafkaConstants.OFFSET, KafkaConstants.KEY)));
        assertFalse(seen.containsKey("CamelFileName"));
        assertFalse(seen.containsKey("CaravanSessionId"));
        assertFalse(seen.containsKey("Long-Running-Action"));
    }

    private void protect() {
        hub.camel
                .getComponent("platform-http", PlatformHttpComponent.class)
                .setHeaderFilterStrategy(ForeignHeaderFilter.over(new HttpHeaderFilterStrategy()));
    }

    private void userRoute() throws Exception {
        hub.add(new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/in")
                        .process(this::remember)
                        .convertBodyTo(String.class)
                        .to("kafka:" + meant)
                        .setBody(constant("thanks"));
            }

            private void remember(Exchange exchange) {
                headers.add(new java.util.TreeMap<>(String.CASE_INSENSITIVE_ORDER) {
                    private static final long serialVersionUID = 1L;
                    {
                        putAll(exchange.getMessage().getHeaders());
                    }
                });
            }
        });
    }

    private int post(String query, String name, String value, String type, String body) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/in" + query))
                    .header("Content-Type", type)
                    .header(name, value)
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }

    private static Set<String> topics() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", KafkaTestHub.sharedBroker()))) {
            return new TreeSet<>(admin.listTopics().names().get(30, TimeUnit.SECONDS));
        }
    }
}
