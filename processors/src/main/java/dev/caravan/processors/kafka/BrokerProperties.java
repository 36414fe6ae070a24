package dev.caravan.processors.kafka;

import java.nio.file.Path;
import java.util.Properties;

/** Kafka's own settings for a broker that is alone and small. */
final class BrokerProperties {

    static final String CONTROLLER = "CONTROLLER";

    /** The file that makes a folder a formatted one. */
    static final String META = "meta.properties";

    /** Largest record, picture and headers together. */
    static final int MESSAGE_BYTES = 8 << 20;

    private static final String ONE = "1";

    private BrokerProperties() {}

    static Properties of(Path data, int port, int controllerPort, int partitions) {
        Properties p = new Properties();
        p.put("process.roles", "broker,controller");
        p.put("node.id", ONE);
        p.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        p.put("listeners", "PLAINTEXT://127.0.0.1:" + port + "," + CONTROLLER + "://127.0.0.1:" + controllerPort);
        p.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        p.put("controller.listener.names", CONTROLLER);
        p.put("listener.security.protocol.map", CONTROLLER + ":PLAINTEXT,PLAINTEXT:PLAINTEXT");
        p.put("log.dirs", data.toString());
        alone(p);
        p.put("num.partitions", Integer.toString(partitions));
        p.put("message.max.bytes", Integer.toString(MESSAGE_BYTES));
        p.put("replica.fetch.max.bytes", Integer.toString(MESSAGE_BYTES));
        p.put("socket.request.max.bytes", Integer.toString(100 << 20));
        p.put("num.network.threads", "2");
        p.put("num.io.threads", "4");
        bounded(p);
        return p;
    }

    /** There is nobody to replicate to. */
    private static void alone(Properties p) {
        for (String log : new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
            p.put(log + ".replication.factor", ONE);
            p.put(log + ".num.partitions", ONE);
        }
        p.put("transaction.state.log.min.isr", ONE);
        p.put("share.coordinator.state.topic.min.isr", ONE);
        p.put("group.initial.rebalance.delay.ms", "0");
        // A killed broker may register again only when its former self is given up: nobody else needs the default nine seconds.
        p.put("broker.session.timeout.ms", "2000");
        p.put("broker.heartbeat.interval.ms", "500");
    }

    /** Memory and disk for topics nobody set limits for; the hub's own topics have theirs (TopicPlan). */
    private static void bounded(Properties p) {
        p.put("log.cleaner.dedupe.buffer.size", Integer.toString(2 << 20));
        p.put("log.index.size.max.bytes", Integer.toString(1 << 20));
        p.put("log.retention.bytes", Integer.toString(256 << 20));
        p.put("log.segment.bytes", Integer.toString(64 << 20));
        p.put("log.retention.check.interval.ms", "30000");
        p.put("log.segment.delete.delay.ms", "5000");
    }
}
