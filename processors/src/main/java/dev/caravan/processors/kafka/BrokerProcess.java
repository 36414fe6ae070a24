package dev.caravan.processors.kafka;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * Main class of the embedded broker's own JVM: one KRaft node, broker and controller, on 127.0.0.1.
 *
 * <p>A child process and not a part of the hub, because Kafka ends its JVM when its disk fails; the hub must not end with it. The child
 * ends in order when its standard input does, so it never outlives its hub, however that dies.
 */
public final class BrokerProcess {

    /** What it prints, alone on a line, when clients may connect. */
    static final String READY = "@ready";

    private static final int NODE = 1;
    private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(8);

    private BrokerProcess() {}

    /** Arguments: data folder, port, controller port, default partitions. */
    public static void main(String[] args) throws Exception {
        Path data = Path.of(args[0]);
        int port = Integer.parseInt(args[1]);
        int controllerPort = Integer.parseInt(args[2]);
        Files.createDirectories(data);
        format(data);
        KafkaRaftServer server = new KafkaRaftServer(
                new KafkaConfig(BrokerProperties.of(data, port, controllerPort, Integer.parseInt(args[3]))), Time.SYSTEM);
        Thread.ofPlatform().daemon().name("parent-watch").start(() -> awaitParentsEnd(System.in));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> shutdown(server), "broker-shutdown"));
        server.startup();
        System.out.println(READY);
        server.awaitShutdown();
    }

    /** A formatted folder keeps its cluster id, another one would be refused; an empty folder gets a new one. */
    private static void format(Path data) throws Exception {
        Formatter formatter = new Formatter();
        formatter
                .setClusterId(clusterId(data))
                .setNodeId(NODE)
                .setDirectories(List.of(data.toString()))
                .setMetadataLogDirectory(data.toString())
                .setControllerListenerName(BrokerProperties.CONTROLLER)
                .setIgnoreFormatted(true)
                .setUnstableFeatureVersionsEnabled(false)
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream()));
        formatter.run();
    }

    private static String clusterId(Path data) throws IOException {
        Path meta = data.resolve(BrokerProperties.META);
        if (!Files.exists(meta)) {
            return Uuid.randomUuid().toString();
        }
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(meta)) {
            properties.load(in);
        }
        return properties.getProperty("cluster.id", Uuid.randomUuid().toString());
    }

    private static void awaitParentsEnd(InputStream in) {
        try {
            while (in.read() >= 0) {
                // The parent never writes; only the end of the stream means something.
            }
        } catch (IOException gone) {
            // The same as its end.
        }
        System.exit(0);
    }

    private static void shutdown(KafkaRaftServer server) {
        // A broker whose disk is gone may wait for itself for ever.
        Thread.ofPlatform().daemon().start(() -> {
            try {
                Thread.sleep(SHUTDOWN_LIMIT);
            } catch (InterruptedException early) {
                Thread.currentThread().interrupt();
            }
            Runtime.getRuntime().halt(1);
        });
        server.shutdown();
    }
}
