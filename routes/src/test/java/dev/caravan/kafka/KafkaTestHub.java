package dev.caravan.kafka;

import dev.caravan.processors.kafka.BrokerListener;
import dev.caravan.processors.kafka.BrokerSettings;
import dev.caravan.processors.kafka.BrokerState;
import dev.caravan.processors.kafka.KafkaHub;
import dev.caravan.processors.kafka.KafkaOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A Camel context with the shipped Kafka routes around fake sessions, on a real broker shared by all tests of the JVM. */
final class KafkaTestHub implements AutoCloseable {

    static final Duration LIMIT = Duration.ofSeconds(60);
    static final Predicate<String> ALL = session -> true;

    final KafkaHub kafka;
    final DefaultCamelContext camel = new DefaultCamelContext();
    final FakeInference inference = new FakeInference();
    private final boolean own;

    private KafkaTestHub(KafkaHub kafka, boolean own) {
        this.kafka = kafka;
        this.own = own;
    }

    /** The broker of the test JVM. It ends with it. */
    private static final class Shared {
        static final KafkaHub BROKER = embedded(folder());

        private static Path folder() {
            try {
                return Files.createTempDirectory(Path.of("target"), "kafka");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static String sharedBroker() {
        return Shared.BROKER.bootstrapServers();
    }

    static KafkaHub embedded(Path folder) {
        return embedded(folder, BrokerListener.NONE);
    }

    static KafkaHub embedded(Path folder, BrokerListener listener) {
        BrokerSettings usual = BrokerSettings.in(folder, 0);
        BrokerSettings quick = new BrokerSettings(
                usual.folder(),
                0,
                2,
                usual.heapMb(),
                usual.startLimit(),
                Duration.ofMillis(50),
                Duration.ofMillis(200),
                Duration.ofMillis(250));
        return KafkaHub.embedded(quick, options("unused"), InstantSource.system(), new Random(), listener);
    }

    static KafkaOptions options(String group) {
        return new KafkaOptions(
                group, OptionalInt.of(2), Duration.ofSeconds(2), Duration.ofSeconds(2), 0, 77, Optional.of("scope-events"));
    }

    /** On the shared broker, in a consumer group of its own. */
    static KafkaTestHub start(String... routes) throws Exception {
        return start(options(UUID.randomUUID().toString()), routes);
    }

    static KafkaTestHub start(KafkaOptions options, String... routes) throws Exception {
        Await.until("topics", () -> Shared.BROKER.status().topics().size() == Shared.BROKER.topics().size());
        KafkaHub kafka = KafkaHub.cluster(
                dev.caravan.processors.kafka.KafkaConnection.plaintext(sharedBroker()), options, InstantSource.system());
        return new KafkaTestHub(kafka, true).begin(ALL, routes);
    }

    /** On a broker of its own, which the test may hurt. */
    static KafkaTestHub on(KafkaHub kafka, String... routes) throws Exception {
        return new KafkaTestHub(kafka, false).begin(ALL, routes);
    }

    static final String[] ROUTES = {
        "kafka-failures", "kafka-frames-in", "kafka-controls", "kafka-frames-out", "kafka-events", "kafka-scope-events"
    };

    private KafkaTestHub begin(Predicate<String> wanted, String... routes) throws Exception {
        camel.addComponent("inference", inference);
        camel.getRegistry().bind("frames", new FakeFrames());
        camel.getShutdownStrategy().setTimeout(5);
        kafka.bind(camel, wanted, List::of);
        for (String route : routes) {
            PluginHelper.getRoutesLoader(camel)
                    .loadRoutes(ResourceHelper.resolveMandatoryResource(camel, "classpath:camel/" + route + ".camel.yaml"));
        }
        camel.start();
        return this;
    }

    void add(RouteBuilder routes) throws Exception {
        camel.addRoutes(routes);
    }

    void emitQuietly(Object body) {
        try {
            inference.emit(body);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    long count(String cause) {
        return kafka.counts().getOrDefault(cause, 0L);
    }

    long brokerPid() {
        return ((BrokerState.Running) kafka.broker().orElseThrow()).pid();
    }

    boolean brokerRuns() {
        return kafka.broker().orElseThrow() instanceof BrokerState.Running;
    }

    /** Stops the routes as a killed hub would, but in order. */
    @Override
    public void close() {
        camel.stop();
        if (own) {
            kafka.close();
        }
    }

    /** Sends one record and waits until the broker has it. */
    void send(String topic, String key, String value, String... headers) throws Exception {
        sendTo(kafka.bootstrapServers(), topic, key, value, headers);
    }

    static void sendTo(String broker, String topic, String key, String value, String... headers) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker, "max.request.size", 8 << 20), new ByteArraySerializer(), new ByteArraySerializer())) {
            var record = new ProducerRecord<>(topic, bytes(key), bytes(value));
            for (int i = 0; i < headers.length; i += 2) {
                record.headers().add(headers[i], bytes(headers[i + 1]));
            }
            producer.send(record).get(30, TimeUnit.SECONDS);
        }
    }

    static void sendToPartition(String broker, String topic, int partition, String key, String value) {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, partition, bytes(key), bytes(value)));
        }
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    /** The records of a topic with that key, oldest first, as soon as there are so many. */
    List<ConsumerRecord<byte[], byte[]>> read(String topic, String key, int atLeast) {
        return read(topic, record -> java.util.Arrays.equals(record.key(), bytes(key)), atLeast);
    }

    /** All records of a topic, as soon as there are so many. */
    List<ConsumerRecord<byte[], byte[]>> all(String topic, int atLeast) {
        return read(topic, record -> true, atLeast);
    }

    private List<ConsumerRecord<byte[], byte[]>> read(
            String topic, Predicate<ConsumerRecord<byte[], byte[]>> wanted, int atLeast) {
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers(), "max.partition.fetch.bytes", 16 << 20),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            Await.until("topic " + topic, () -> !consumer.partitionsFor(topic).isEmpty());
            var partitions = consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(topic, p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
            Await.until(atLeast + " records in " + topic, () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> {
                    if (wanted.test(record)) {
                        found.add(record);
                    }
                });
                return found.size() >= atLeast;
            });
            return found;
        }
    }

    /** The committed offset of a group on the shared broker, or -1. */
    static long committed(String group, String topic, int partition) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", sharedBroker()))) {
            var offset = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get(30, TimeUnit.SECONDS)
                    .get(new TopicPartition(topic, partition));
            return offset == null ? -1 : offset.offset();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** The offset of the next record on the shared broker. */
    static long end(String topic, int partition) {
        return reading(topic, partition, consumer -> consumer.endOffsets(consumer.assignment()).values().iterator().next());
    }

    static String textAt(String topic, int partition, long offset) {
        return reading(topic, partition, consumer -> {
            consumer.seek(new TopicPartition(topic, partition), offset);
            String[] text = new String[1];
            Await.until("the record at " + offset, () -> {
                var records = consumer.poll(Duration.ofMillis(100)).iterator();
                text[0] = records.hasNext() ? text(records.next()) : null;
                return text[0] != null;
            });
            return text[0];
        });
    }

    private static <T> T reading(String topic, int partition, Function<KafkaConsumer<byte[], byte[]>, T> use) {
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", sharedBroker()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(new TopicPartition(topic, partition)));
            return use.apply(consumer);
        }
    }

    static String text(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.value(), StandardCharsets.UTF_8);
    }

    static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    static String unique(String name) {
        return name + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    /** Waits for a condition, never for a time. */
    static final class Await {
        static void until(String what, BooleanSupplier condition) {
            long end = System.nanoTime() + LIMIT.toNanos();
            while (!condition.getAsBoolean()) {
                if (System.nanoTime() > end) {
                    throw new AssertionError("not within " + LIMIT.toSeconds() + " s: " + what);
                }
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        }
    }
}
