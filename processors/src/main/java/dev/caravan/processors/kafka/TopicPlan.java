package dev.caravan.processors.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/**
 * The topics of the hub (DESIGN §4). What carries a session id as its key has the same partition count everywhere, so that the frames
 * and the controls of a session meet on one worker.
 *
 * @param partitions  of every topic
 * @param replication copies of every record; empty for the cluster's default
 * @param scopeTopic  topic of the contract's events, when they are wanted
 */
public record TopicPlan(int partitions, Optional<Short> replication, Optional<String> scopeTopic) {

    public static final String FRAMES_IN = "caravan.frames.in";
    public static final String FRAMES_OUT = "caravan.frames.out";
    public static final String CONTROLS = "caravan.controls";
    public static final String EVENTS = "caravan.events";
    public static final String FRAMES_DEAD = "caravan.frames.in.dlq";
    public static final String CONTROLS_DEAD = "caravan.controls.dlq";

    /** Partitions where the hub owns the broker. */
    public static final int EMBEDDED_PARTITIONS = 8;

    /** From here on two copies can be asked for before a record counts as written, and one broker may still be away. */
    private static final int SAFE_COPIES = 3;

    private static final long MIB = 1 << 20;

    /** The same with so many copies of every record. */
    TopicPlan replicated(short copies) {
        return new TopicPlan(partitions, Optional.of(copies), scopeTopic);
    }

    /** Names of all topics the hub uses. */
    public List<String> names() {
        return topics().stream().map(NewTopic::name).toList();
    }

    /** The topics as they are created where they are missing. Bytes are per partition. */
    public List<NewTopic> topics() {
        var topics = new ArrayList<>(List.of(
                live(FRAMES_IN),
                live(FRAMES_OUT),
                topic(CONTROLS, Duration.ofDays(1), 32 * MIB, 8 * MIB),
                topic(EVENTS, Duration.ofDays(30), 128 * MIB, 16 * MIB),
                dead(FRAMES_DEAD, Duration.ofDays(1)),
                dead(CONTROLS_DEAD, Duration.ofDays(7))));
        scopeTopic.ifPresent(name -> topics.add(topic(name, Duration.ofDays(30), 128 * MIB, 16 * MIB)));
        return List.copyOf(topics);
    }

    /** Nobody wants yesterday's frames: minutes, and no more than fits a small disk. */
    private NewTopic live(String name) {
        return topic(name, Duration.ofMinutes(5), 32 * MIB, 16 * MIB);
    }

    /** Takes the largest record and the reason why it is here. */
    private NewTopic dead(String name, Duration retention) {
        NewTopic topic = topic(name, retention, 32 * MIB, 16 * MIB);
        Map<String, String> configs = new HashMap<>(topic.configs());
        configs.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(BrokerProperties.MESSAGE_BYTES + (64 << 10)));
        return topic.configs(configs);
    }

    private NewTopic topic(String name, Duration retention, long retentionBytes, long segmentBytes) {
        Map<String, String> configs = new HashMap<>(Map.of(
                TopicConfig.RETENTION_MS_CONFIG, Long.toString(retention.toMillis()),
                TopicConfig.RETENTION_BYTES_CONFIG, Long.toString(retentionBytes),
                TopicConfig.SEGMENT_BYTES_CONFIG, Long.toString(segmentBytes),
                TopicConfig.SEGMENT_MS_CONFIG, Long.toString(retention.toMillis()),
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(BrokerProperties.MESSAGE_BYTES)));
        if (replication.orElse((short) 1) >= SAFE_COPIES) {
            configs.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "2");
        }
        return new NewTopic(name, Optional.of(partitions), replication).configs(configs);
    }
}
