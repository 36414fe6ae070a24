package dev.caravan.processors.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.component.kafka.KafkaHeaderFilterStrategy;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The small parts that need no broker. */
class KafkaPartsTest {

    @TempDir
    Path folder;

    @Test
    void aLoginReachesEveryClientAndNoLog() throws Exception {
        KafkaConnection connection = KafkaConnection.sasl("example.invalid:9093", "me", "p\"a\\ss");
        assertFalse(connection.toString().contains("ss\""), connection.toString());
        try (var camel = new DefaultCamelContext();
                KafkaHub hub = KafkaHub.cluster(connection, KafkaOptions.DEFAULTS, InstantSource.system())) {
            hub.bind(camel, session -> false, List::of);
            KafkaConfiguration endpoint =
                    camel.getEndpoint("kafka:mine?maxPollRecords=7", KafkaEndpoint.class).getConfiguration();
            for (var properties : List.of(endpoint.createConsumerProperties(), endpoint.createProducerProperties())) {
                assertEquals("SASL_SSL", properties.get("security.protocol"));
                assertEquals("PLAIN", properties.get("sasl.mechanism"));
                assertEquals(
                        PlainLoginModule.class.getName() + " required username=\"me\" password=\"p\\\"a\\\\ss\";",
                        properties.get("sasl.jaas.config"));
            }
            assertEquals("example.invalid:9093", endpoint.getBrokers());
            assertTrue(endpoint.getHeaderFilterStrategy() instanceof ForeignHeaderFilter);
        }
    }

    @Test
    void everyWayInHasItsPropertiesAndNoOthers() {
        var tls = new KafkaConnection.Tls(Optional.of("ca"), Optional.of(new KafkaConnection.Identity("chain", "secret key")));
        var login = Optional.of(new KafkaConnection.Login("SCRAM-SHA-512", "me", "secret word"));
        assertEquals(Map.of(), KafkaConnection.secured("h:1", "PLAINTEXT", tls, login).security());
        assertEquals(
                Map.of(
                        "security.protocol", "SSL",
                        "ssl.truststore.type", "PEM",
                        "ssl.truststore.certificates", "ca",
                        "ssl.keystore.type", "PEM",
                        "ssl.keystore.certificate.chain", "chain",
                        "ssl.keystore.key", "secret key"),
                KafkaConnection.secured("h:1", "SSL", tls, login).security());
        assertEquals(
                Map.of(
                        "security.protocol", "SASL_PLAINTEXT",
                        "sasl.mechanism", "SCRAM-SHA-512",
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"me\" password=\"secret word\";"),
                KafkaConnection.secured("h:1", "SASL_PLAINTEXT", tls, login).security());
        assertEquals(8, KafkaConnection.secured("h:1", "SASL_SSL", tls, login).security().size());
        assertFalse((tls + login.toString() + KafkaConnection.secured("h:1", "SASL_SSL", tls, login)).contains("secret"));
    }

    @Test
    void whatSteersIsFilteredInAnyCaseAndBothWays() {
        ForeignHeaderFilter filter = ForeignHeaderFilter.over(new KafkaHeaderFilterStrategy());
        for (String bad : List.of(
                "kafka.OVERRIDE_TOPIC", "KAFKA.key", "CamelFileName", "cAMELfileName", "CaravanSessionId", "caravansessionid",
                "CARAVAN", "org.apache.camel.x", "org.apache.kafka.clients.producer.RecordMetadata")) {
            assertTrue(filter.applyFilterToExternalHeaders(bad, "x", null), bad);
            assertTrue(filter.applyFilterToCamelHeaders(bad, "x", null), bad);
        }
        for (String good : List.of("caravan-seq", "Caravan-Chunk", "content-type", "x-kafka.y", "kafkaesque", "cam")) {
            assertFalse(filter.applyFilterToExternalHeaders(good, "x", null), good);
            assertFalse(filter.applyFilterToCamelHeaders(good, "x", null), good);
        }
    }

    @Test
    void theLogIsBoundedAndRemembersWhyTheBrokerEnded() throws Exception {
        Path file = folder.resolve("broker.log");
        BrokerLog log = new BrokerLog(file);
        log.line("2026-01-02 03:04:05,678 ERROR LogManager - Shutdown broker because all log dirs failed");
        for (int i = 0; i < 3_000; i++) {
            log.line("x".repeat(5_000));
        }
        assertTrue(Files.size(file) <= (1 << 20) + 2_001, "one file: " + Files.size(file));
        try (var files = Files.list(folder)) {
            assertEquals(2, files.count());
        }
        assertEquals("Shutdown broker because all log dirs failed", log.lastError());
        log.begin();
        assertEquals("", log.lastError());
    }

    @Test
    void aLogWhoseFolderIsGoneCostsLinesOnly() {
        BrokerLog log = new BrokerLog(folder.resolve("gone/broker.log"));
        log.line("Error occurred during initialization of VM");
        assertEquals("Error occurred during initialization of VM", log.lastError());
    }

    @Test
    void framesAndControlsHaveTheSamePartitionsAndLiveTopicsForgetQuickly() {
        var topics = new TopicPlan(64, Optional.empty(), Optional.of("scope-events")).topics();
        assertEquals(7, topics.size());
        Map<String, Map<String, String>> configs = new HashMap<>();
        topics.forEach(topic -> {
            assertEquals(64, topic.numPartitions(), topic.name());
            configs.put(topic.name(), topic.configs());
        });
        assertEquals("300000", configs.get(TopicPlan.FRAMES_IN).get("retention.ms"));
        assertTrue(Long.parseLong(configs.get(TopicPlan.EVENTS).get("retention.ms")) > 7L * 24 * 3600 * 1000);
    }

    @Test
    void whereThreeCopiesAreKeptTwoMustHaveARecordAndFewerAreNotAskedForMore() {
        TopicPlan plan = new TopicPlan(8, Optional.empty(), Optional.empty());
        plan.replicated((short) 3).topics().forEach(topic -> {
            assertEquals(3, topic.replicationFactor(), topic.name());
            assertEquals("2", topic.configs().get("min.insync.replicas"), topic.name());
        });
        plan.replicated((short) 2).topics().forEach(topic -> assertFalse(topic.configs().containsKey("min.insync.replicas"), topic.name()));
        plan.topics().forEach(topic -> assertFalse(topic.configs().containsKey("min.insync.replicas"), topic.name()));
    }

    @Test
    void aPartitionThatCannotBeWrittenIsNamedWithTheReason() {
        Node one = new Node(1, "a", 1);
        List<Node> three = List.of(one, new Node(2, "b", 2), new Node(3, "c", 3));
        Map<String, Integer> two = Map.of("t", 2);
        assertEquals(Optional.empty(), InSync.trouble(topic(one, three, three.subList(0, 2)), two));
        assertEquals(
                Optional.of("partition 0 of t cannot be written: 1 of 3 copies in sync, 2 needed"),
                InSync.trouble(topic(one, three, List.of(one)), two));
        assertEquals(
                Optional.of("partition 0 of t has no leader: the brokers that hold it are away"),
                InSync.trouble(topic(null, three, List.of()), two));
        assertEquals(Optional.empty(), InSync.trouble(topic(one, three, List.of(one)), Map.of()), "what it needs is not told to everybody");
        assertEquals(Optional.empty(), InSync.trouble(topic(one, List.of(one), List.of(one)), two), "it has no more copies");
    }

    private static List<TopicDescription> topic(Node leader, List<Node> replicas, List<Node> inSync) {
        return List.of(new TopicDescription("t", false, List.of(new TopicPartitionInfo(0, leader, replicas, inSync))));
    }

    @Test
    void settingsOutOfRangeAreNamed() {
        assertEquals(
                "the Kafka port must be 0..65535; 70000 given",
                assertThrows(IllegalArgumentException.class, () -> BrokerSettings.in(folder, 70_000)).getMessage());
        KafkaOptions good = KafkaOptions.DEFAULTS;
        assertThrows(
                IllegalArgumentException.class,
                () -> new KafkaOptions(
                        "g", OptionalInt.empty(), good.ageLimit(), good.controlHold(), 0, 0, Optional.empty()));
    }

    @Test
    void aPickedPortIsOutsideTheRangeOfOutgoingConnections() {
        int port = LoopbackPort.pick(new java.util.Random(1));
        assertTrue(port >= 20_000 && port < 32_000, "port " + port);
        assertTrue(LoopbackPort.isFree(port));
        assertFalse(LoopbackPort.answers(port, java.time.Duration.ofSeconds(1)));
    }
}
