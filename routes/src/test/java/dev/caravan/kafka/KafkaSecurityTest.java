package dev.caravan.kafka;

import static dev.caravan.kafka.KafkaTestHub.unique;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.PemPair;
import dev.caravan.inference.frame.Frame;
import dev.caravan.kafka.KafkaTestHub.Await;
import dev.caravan.processors.kafka.BrokerListener;
import dev.caravan.processors.kafka.KafkaConnection;
import dev.caravan.processors.kafka.KafkaHub;
import dev.caravan.processors.session.SessionEvent;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.builder.RouteBuilder;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that is reached by TLS and a login. */
class KafkaSecurityTest {

    @TempDir
    static Path folder;

    private static PemPair pair;
    private static SecuredBroker broker;

    @BeforeAll
    static void start() throws Exception {
        pair = PemPair.make(folder, "broker");
        broker = SecuredBroker.start(pair);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    private static KafkaConnection connection(PemPair authority, String password) throws Exception {
        return KafkaConnection.secured(
                broker.bootstrapServers(),
                "SASL_SSL",
                new KafkaConnection.Tls(Optional.of(Files.readString(authority.certificate())), Optional.empty()),
                Optional.of(new KafkaConnection.Login("PLAIN", SecuredBroker.USER, password)));
    }

    private static KafkaHub hub(KafkaConnection connection, BrokerListener listener) {
        return KafkaHub.cluster(connection, KafkaTestHub.options(unique("group")), InstantSource.system(), listener);
    }

    @Test
    void framesAndEventsAndOwnRoutesPassAndNoSecretIsSeenAnywhere() throws Exception {
        KafkaConnection connection = connection(pair, SecuredBroker.PASSWORD);
        Map<String, Object> client = new HashMap<>(connection.security());
        client.put("bootstrap.servers", connection.bootstrapServers());
        Queue<Frame> taken = new ConcurrentLinkedQueue<>();
        try (ShippedLog log = new ShippedLog();
                KafkaHub kafka = hub(connection, BrokerListener.NONE);
                KafkaTestHub hub = KafkaTestHub.on(kafka, "kafka-failures", "kafka-frames-in", "kafka-events", "kafka-controls")) {
            hub.inference.sessions(body -> taken.add((Frame) body));
            hub.add(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:mine").routeId("mine").to("kafka:mine");
                }
            });
            Await.until("the hub's topics", () -> kafka.status().topics().contains("caravan.frames.in"));
            try (var producer = new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer())) {
                byte[] key = "s".getBytes(StandardCharsets.UTF_8);
                byte[] value = "picture".getBytes(StandardCharsets.UTF_8);
                Await.until("a frame", () -> {
                    send(producer, new ProducerRecord<>("caravan.frames.in", key, value));
                    return !taken.isEmpty();
                });
            }
            hub.inference.emit(new SessionEvent("s", SessionEvent.Type.CHUNK, 1, Map.of("chunk", 1)));
            assertTrue(firstOf(client, "caravan.events").contains("\"chunk\""));
            hub.camel.createProducerTemplate().sendBody("direct:mine", "of a user's route");
            assertEquals("of a user's route", firstOf(client, "mine"));

            String everything = mbeans() + log.all() + kafka.status() + connection;
            assertTrue(everything.contains("kafka://mine"), "endpoints are among what was looked at");
            assertFalse(everything.contains("word-of-the-hub"));
            assertFalse(everything.contains("LoginModule required"));
            assertEquals(List.of(), log.console());
        }
    }

    @Test
    void aWrongPasswordIsOneLine() throws Exception {
        refused(connection(pair, "wrong"), "Kafka at " + broker.bootstrapServers()
                + ": the login was refused: check --kafka-sasl-username, its password and --kafka-sasl-mechanism");
    }

    @Test
    void aBrokerOfAnotherAuthorityIsOneLine() throws Exception {
        refused(connection(PemPair.make(folder, "stranger"), SecuredBroker.PASSWORD), "Kafka at " + broker.bootstrapServers()
                + ": its certificate is not signed by whom the hub trusts: check --kafka-ca");
    }

    private static void refused(KafkaConnection connection, String reason) throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        BrokerListener listener = new BrokerListener() {
            @Override
            public void down(String bootstrapServers, String why) {
                told.add(why);
            }
        };
        try (ShippedLog log = new ShippedLog();
                KafkaHub kafka = hub(connection, listener);
                KafkaTestHub hub = KafkaTestHub.on(kafka, "kafka-failures", "kafka-frames-in", "kafka-events", "kafka-controls")) {
            Await.until("the reason", () -> kafka.status().reason().equals(Optional.of(reason)));
            Await.until("many tries", () -> log.from("org.apache.kafka.clients.NetworkClient").size() > 4);
            for (int i = 0; i < 5; i++) {
                hub.inference.emit(new SessionEvent("s", SessionEvent.Type.CHUNK, i, Map.of("chunk", i)));
            }
            assertFalse(kafka.status().reachable());
            assertEquals(List.of(reason), told);
            assertEquals(List.of(), log.console());
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
        try {
            producer.send(record).get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String firstOf(Map<String, Object> client, String topic) {
        try (var consumer = new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            String[] found = new String[1];
            Await.until("a record in " + topic, () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> found[0] = new String(record.value(), StandardCharsets.UTF_8));
                return found[0] != null;
            });
            return found[0];
        }
    }

    /** Names and attributes of all MBeans of Camel and of Kafka's clients, and the routes as they are dumped. */
    private static String mbeans() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        StringBuilder all = new StringBuilder();
        for (ObjectName name : server.queryNames(null, null)) {
            if (!name.getDomain().startsWith("org.apache.camel") && !name.getDomain().startsWith("kafka")) {
                continue;
            }
            all.append(name).append('\n');
            for (MBeanAttributeInfo attribute : server.getMBeanInfo(name).getAttributes()) {
                try {
                    all.append(server.getAttribute(name, attribute.getName())).append('\n');
                } catch (JMException | RuntimeException unreadable) {
                    assertNull(unreadable.getMessage() == null || !unreadable.getMessage().contains("word-of-the-hub") ? null : "a secret");
                }
            }
            if ("context".equals(name.getKeyProperty("type"))) {
                all.append(server.invoke(name, "dumpRoutesAsXml", new Object[0], new String[0]));
            }
        }
        return all.toString();
    }
}
