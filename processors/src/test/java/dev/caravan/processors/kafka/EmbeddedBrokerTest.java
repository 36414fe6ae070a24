package dev.caravan.processors.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravan.processors.kafka.BrokerState.Down;
import dev.caravan.processors.kafka.BrokerState.Running;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {

    private static final Duration START = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    @Test
    void aKilledBrokerComesBackOnItsPortWithItsData() throws Exception {
        try (EmbeddedBroker broker = start(0)) {
            long first = running(broker);
            String address = broker.bootstrapServers();
            send(address, "kept");
            ProcessHandle.of(first).orElseThrow().destroyForcibly();
            long second = runningAgain(broker, first);
            assertNotEquals(first, second);
            assertEquals(address, broker.bootstrapServers());
            assertEquals(List.of("kept"), read(address));
            send(address, "after");
            assertEquals(List.of("kept", "after"), read(address));
        }
    }

    @Test
    void aBrokerWhoseFolderIsRemovedComesBackEmptyWithANewClusterId() throws Exception {
        try (EmbeddedBroker broker = start(0)) {
            long first = running(broker);
            send(broker.bootstrapServers(), "lost");
            String cluster = clusterId();
            delete(folder.resolve("kafka"));
            runningAgain(broker, first);
            assertNotEquals(cluster, clusterId());
            send(broker.bootstrapServers(), "new");
            assertEquals(List.of("new"), read(broker.bootstrapServers()));
        }
    }

    @Test
    void aBrokerThatIsStoppedInOrderKeepsItsDataAndItsClusterId() throws Exception {
        String cluster;
        try (EmbeddedBroker broker = start(0)) {
            long pid = running(broker);
            send(broker.bootstrapServers(), "kept");
            cluster = clusterId();
            broker.close();
            assertTrue(ProcessHandle.of(pid).isEmpty(), "the child is gone when close returns");
        }
        try (EmbeddedBroker broker = start(0)) {
            running(broker);
            assertEquals(cluster, clusterId());
            assertEquals(List.of("kept"), read(broker.bootstrapServers()));
        }
    }

    @Test
    void aTakenPortIsNamedWithTheWayOutAndUsedAsSoonAsItIsFree() throws Exception {
        try (ServerSocket squatter = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                EmbeddedBroker broker = start(squatter.getLocalPort())) {
            Await.until("down", START, () -> broker.state() instanceof Down);
            assertEquals(
                    "port " + squatter.getLocalPort() + " is taken; use --kafka-port 0 or --kafka HOST:PORT",
                    assertInstanceOf(Down.class, broker.state()).reason());
            squatter.close();
            running(broker);
        }
    }

    @Test
    void aFullDiskIsNamedAndTheBrokerComesBackWhenThereIsSpace() throws Exception {
        Path small = Files.createDirectory(folder.resolve("kafka"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", small.toString()) == 0,
                "needs the right to mount a small file system (run as root on Linux)");
        Path filler = small.resolve("filler");
        try (EmbeddedBroker broker = start(0)) {
            long first = running(broker);
            send(broker.bootstrapServers(), "kept");
            fill(filler);
            var producer = new KafkaProducer<>(
                    Map.of("bootstrap.servers", broker.bootstrapServers()), new StringSerializer(), new StringSerializer());
            producer.send(new ProducerRecord<>("t", "k", "x".repeat(500_000)));
            Await.until("the reason", START, () -> broker.state().describe().contains("is full"), () -> broker.state().describe());
            producer.close(Duration.ZERO);
            Files.delete(filler);
            runningAgain(broker, first);
            assertEquals("kept", read(broker.bootstrapServers()).getFirst());
        } finally {
            run("umount", "-l", small.toString());
        }
    }

    private static void fill(Path filler) throws IOException {
        try (var out = Files.newOutputStream(filler)) {
            byte[] block = new byte[4096];
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertTrue(String.valueOf(full.getMessage()).contains("No space"), full::toString);
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (IOException noSuchCommand) {
            return -1;
        }
    }

    @Test
    void aBrokerThatStopsAnsweringIsReplaced() throws Exception {
        assumeTrue(run("kill", "-0", Long.toString(ProcessHandle.current().pid())) == 0, "needs the command kill");
        try (EmbeddedBroker broker = start(0)) {
            long first = running(broker);
            run("kill", "-STOP", Long.toString(first));
            runningAgain(broker, first);
            assertTrue(ProcessHandle.of(first).isEmpty(), "the first one is gone");
        }
    }

    /** Another JVM starts a broker and is killed without a chance to clean up. */
    @Test
    void aBrokerEndsWithItsHubHoweverThatDies() throws Exception {
        Process hub = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HubThatDies.class.getName(),
                        folder.toString())
                .start();
        try (var lines = hub.inputReader()) {
            String line = lines.lines().filter(l -> l.startsWith("pid ")).findFirst().orElseThrow();
            ProcessHandle broker = ProcessHandle.of(Long.parseLong(line.substring(4))).orElseThrow();
            hub.destroyForcibly().waitFor();
            broker.onExit().get(30, TimeUnit.SECONDS);
        }
        assertTrue(Files.exists(folder.resolve("kafka/data/.kafka_cleanshutdown")), "it ended in order");
    }

    /** Main class of that other JVM. */
    static final class HubThatDies {
        public static void main(String[] args) throws Exception {
            EmbeddedBroker broker = start(settings(Path.of(args[0]), 0));
            System.out.println("pid " + running(broker));
            Thread.currentThread().join();
        }
    }

    private EmbeddedBroker start(int port) {
        return start(settings(folder, port));
    }

    static EmbeddedBroker start(BrokerSettings settings) {
        EmbeddedBroker broker = EmbeddedBroker.prepare(settings, new Random(), () -> {}, BrokerListener.NONE);
        broker.begin();
        return broker;
    }

    static BrokerSettings settings(Path folder, int port) {
        return new BrokerSettings(
                folder.resolve("kafka"),
                port,
                1,
                192,
                START,
                Duration.ofMillis(50),
                Duration.ofMillis(200),
                Duration.ofMillis(250));
    }

    static long running(EmbeddedBroker broker) {
        return runningAgain(broker, -1);
    }

    static long runningAgain(EmbeddedBroker broker, long before) {
        Await.until(
                "a running broker",
                START,
                () -> broker.state() instanceof Running now && now.pid() != before,
                () -> broker.state().describe());
        return ((Running) broker.state()).pid();
    }

    private String clusterId() throws IOException {
        Properties meta = new Properties();
        try (var in = Files.newInputStream(folder.resolve("kafka/data/meta.properties"))) {
            meta.load(in);
        }
        return meta.getProperty("cluster.id");
    }

    private static void send(String address, String text) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", address), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>("t", "k", text)).get(60, TimeUnit.SECONDS);
        }
    }

    private static List<String> read(String address) {
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", address), new StringDeserializer(), new StringDeserializer())) {
            TopicPartition partition = new TopicPartition("t", 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            var texts = new java.util.ArrayList<String>();
            Await.until("the records", START, () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(r -> texts.add(r.value()));
                return consumer.position(partition) >= end;
            });
            return texts;
        }
    }

    static void delete(Path tree) throws IOException {
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
