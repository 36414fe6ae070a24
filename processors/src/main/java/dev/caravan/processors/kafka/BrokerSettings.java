package dev.caravan.processors.kafka;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How to run the embedded broker.
 *
 * @param folder       where its data ({@code data/}) and its log ({@code broker.log}) live
 * @param port         port on 127.0.0.1, or 0 to pick a free one once and keep it while the hub lives
 * @param partitions   partitions of a topic that is created by its first record
 * @param heapMb       heap of the broker's JVM in MiB
 * @param startLimit   how long a start may take before it is given up and tried again
 * @param firstBackoff wait before the first restart; doubles up to {@code lastBackoff}
 * @param lastBackoff  longest wait between two starts
 * @param probeEvery   time between two probes of a running broker; three silent ones in a row end it
 */
public record BrokerSettings(
        Path folder,
        int port,
        int partitions,
        int heapMb,
        Duration startLimit,
        Duration firstBackoff,
        Duration lastBackoff,
        Duration probeEvery) {

    public BrokerSettings {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("the Kafka port must be 0..65535; " + port + " given");
        }
    }

    /** The settings of a hub: 256 MiB of heap, restarts after 0.5 to 10 seconds. */
    public static BrokerSettings in(Path folder, int port) {
        return new BrokerSettings(
                folder.toAbsolutePath(),
                port,
                TopicPlan.EMBEDDED_PARTITIONS,
                256,
                Duration.ofSeconds(60),
                Duration.ofMillis(500),
                Duration.ofSeconds(10),
                Duration.ofSeconds(2));
    }

    /** How long one probe waits for its answer: twice the time between two, so that a broker short of breath is not taken for a dead one. */
    Duration probeLimit() {
        return probeEvery.multipliedBy(2);
    }

    Path dataFolder() {
        return folder.resolve("data");
    }

    Path logFile() {
        return folder.resolve("broker.log");
    }
}
