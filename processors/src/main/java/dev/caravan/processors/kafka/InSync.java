package dev.caravan.processors.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** Whether enough copies of a topic's partitions are alive for a record to be written. */
final class InSync {

    private InSync() {}

    /** By topic; a topic whose settings this user may not read is not among them. */
    static Map<String, Integer> needed(Admin admin, List<String> topics, Duration limit)
            throws InterruptedException, ExecutionException, TimeoutException {
        List<ConfigResource> resources =
                topics.stream().map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name)).toList();
        Map<String, Integer> needed = new HashMap<>();
        ClusterReplication.allowed(() -> admin.describeConfigs(resources).all().get(limit.toMillis(), TimeUnit.MILLISECONDS))
                .ifPresent(all -> all.forEach((topic, config) -> needed.put(topic.name(), minimum(config))));
        return Map.copyOf(needed);
    }

    private static int minimum(Config config) {
        return Integer.parseInt(config.get(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG).value());
    }

    /** The first partition that cannot be written, and why; empty when all can. */
    static Optional<String> trouble(Collection<TopicDescription> topics, Map<String, Integer> needed) {
        return topics.stream()
                .sorted(Comparator.comparing(TopicDescription::name))
                .flatMap(topic -> topic.partitions().stream().map(partition -> trouble(topic.name(), partition, needed)))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<String> trouble(String topic, TopicPartitionInfo partition, Map<String, Integer> needed) {
        String name = "partition " + partition.partition() + " of " + topic;
        if (partition.leader() == null || partition.leader().isEmpty()) {
            return Optional.of(name + " has no leader: the brokers that hold it are away");
        }
        // A topic with fewer copies than are asked for is written with all it has.
        int wanted = Math.min(needed.getOrDefault(topic, 1), partition.replicas().size());
        int inSync = partition.isr().size();
        return inSync >= wanted
                ? Optional.empty()
                : Optional.of(name + " cannot be written: " + inSync + " of " + partition.replicas().size()
                        + " copies in sync, " + wanted + " needed");
    }
}
