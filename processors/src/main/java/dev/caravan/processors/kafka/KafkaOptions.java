package dev.caravan.processors.kafka;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the hub does with Kafka.
 *
 * @param group       consumer group; hubs with the same one share the sessions by partition
 * @param partitions  of the hub's topics where they are created; by default 8
 * @param ageLimit    older incoming frames are dropped; zero takes any
 * @param controlHold how long a control waits for its session
 * @param outFps      generated frames per second and session at most; 0 sends all
 * @param outQuality  JPEG quality of generated frames, 1..100
 * @param scopeTopic  topic of the contract's events (spec §6), when they are wanted
 */
public record KafkaOptions(
        String group,
        OptionalInt partitions,
        Duration ageLimit,
        Duration controlHold,
        double outFps,
        int outQuality,
        Optional<String> scopeTopic) {

    public static final KafkaOptions DEFAULTS = new KafkaOptions(
            "caravan", OptionalInt.empty(), Duration.ofSeconds(2), Duration.ofSeconds(5), 0, 80, Optional.empty());

    public KafkaOptions {
        if (outQuality < 1 || outQuality > 100) {
            throw new IllegalArgumentException("the quality of frames to Kafka must be 1..100; " + outQuality + " given");
        }
    }

    TopicPlan plan(Optional<Short> replication) {
        return new TopicPlan(partitions.orElse(TopicPlan.EMBEDDED_PARTITIONS), replication, scopeTopic);
    }
}
