package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.api.Json;
import dev.caravan.bench.KafkaCamera;
import dev.caravan.kafka.ThreeBrokers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The hub on a cluster of three brokers that are serviced and that fail, while one session lives on Kafka and another on WebRTC. */
@Timeout(240)
class KafkaClusterTest {

    private static final String FED = "fed";

    @TempDir
    static Path folder;

    static ThreeBrokers cluster;
    static TestHub hub;
    static HubClient client;
    static LiveStream viewer;
    static ToldEvents told;
    static KafkaCamera camera;
    static TopicTail pictures;
    static KafkaProducer<String, String> controls;
    /** Of all controls that were sent through Kafka, oldest first. */
    static final List<Double> sent = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        cluster = ThreeBrokers.start(folder);
        String servers = cluster.bootstrapServers();
        hub = TestHub.start("--kafka=" + servers);
        client = new HubClient(hub.running().baseUri());
        told = new ToldEvents(hub);
        client.load("passthrough");
        awaitKafka("up");
        viewer = LiveStream.start(client);
        // Opened by a client, so that it outlives its silent source.
        hub.post("/api/v1/sessions", "{\"id\":\"" + FED + "\"}");
        hub.post("/api/v1/sessions/" + FED + "/parameters", "{\"outputs\":[\"kafka\"]}");
        controls = new KafkaProducer<>(Map.of("bootstrap.servers", servers), new StringSerializer(), new StringSerializer());
        pictures = new TopicTail(servers, "caravan.frames.out", FED);
        camera = new KafkaCamera(servers, FED, 320, 240);
        pictures.awaitMore();
    }

    @AfterAll
    static void stop() throws Exception {
        try (ThreeBrokers last = cluster; TestHub hubToo = hub; HubClient clientToo = client) {
            camera.close();
            controls.close(Duration.ofSeconds(1));
            pictures.close();
            viewer.close();
            told.close();
        }
    }

    @Test
    void topicsThatTheHubMakesHaveThreeCopiesAndTwoMustHaveARecord() throws Exception {
        List<String> ours = hub.running().hub().kafka().orElseThrow().topics();
        var topics = cluster.admin().describeTopics(ours).allTopicNames().get(30, TimeUnit.SECONDS);
        var configs = cluster.admin()
                .describeConfigs(ours.stream().map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name)).toList())
                .all()
                .get(30, TimeUnit.SECONDS);
        assertEquals(6, topics.size());
        topics.values().forEach(topic -> topic.partitions().forEach(partition -> assertEquals(3, partition.replicas().size(), topic.name())));
        configs.forEach((topic, config) -> assertEquals("2", config.get("min.insync.replicas").value(), topic.name()));
    }

    @Test
    void brokersServicedOneAfterAnotherAreNoticedByNobody() throws Exception {
        for (int broker = 0; broker < 3; broker++) {
            cluster.stop(broker);
            pictures.awaitMore();
            viewer.assertAlive();
            control().get(30, TimeUnit.SECONDS);
            awaitControls();
            awaitKafka("up");
            cluster.startAgain(broker);
        }
        pictures.awaitMore();
        assertTheLogIsComplete();
    }

    @Test
    void withTwoBrokersLostViewersWatchOnAndNothingIsMissingAfterwards() throws Exception {
        cluster.stop(0, 2);
        JsonNode health = awaitKafka("degraded");
        String reason = health.at("/checks/kafka/reason").asText();
        assertTrue(reason.contains("1 of 3 copies in sync, 2 needed") || reason.contains("has no leader"), reason);
        viewer.assertAlive();
        // Nothing arrives at Kafka now: these controls wait in their producer, what the sessions tell waits in the hub.
        List<Future<?>> waiting = List.of(control(), control());
        hub.post("/api/v1/sessions/" + viewer.id() + "/parameters", "{\"noise_scale\":0.9}");
        told.awaitApplied(viewer.id(), 0.9);
        viewer.assertAlive();

        cluster.startAgain(0, 2);
        awaitKafka("up");
        for (Future<?> each : waiting) {
            each.get(60, TimeUnit.SECONDS);
        }
        awaitControls();
        pictures.awaitMore();
        viewer.assertAlive();
        assertTheLogIsComplete();
    }

    /** Sends one more control to the session; done when Kafka has it. */
    private static Future<?> control() {
        double value = (sent.size() + 1) / 100.0;
        sent.add(value);
        return controls.send(new ProducerRecord<>("caravan.controls", FED, "{\"noise_scale\":" + value + "}"));
    }

    /** All that were sent are applied, each once and in order. */
    private static void awaitControls() {
        told.awaitApplied(FED, sent.getLast());
        assertEquals(sent, told.applied(FED));
    }

    /** What the sessions have told until now is on the topic, all of it and in order; a record may be there twice. */
    private static void assertTheLogIsComplete() throws Exception {
        for (String session : List.of(FED, viewer.id())) {
            List<JsonNode> expected = told.soFar(session);
            try (TopicTail log = TopicTail.fromTheBeginning(cluster.bootstrapServers(), "caravan.events", session)) {
                Set<JsonNode> distinct = new LinkedHashSet<>();
                while (distinct.size() < expected.size()) {
                    for (byte[] value : log.next()) {
                        distinct.add(Json.MAPPER.readTree(new String(value, StandardCharsets.UTF_8)));
                    }
                }
                assertEquals(expected, List.copyOf(distinct).subList(0, expected.size()));
            }
        }
    }

    private static JsonNode awaitKafka(String status) throws Exception {
        return client.await("/health", health -> health.at("/checks/kafka/status").asText().equals(status));
    }
}
