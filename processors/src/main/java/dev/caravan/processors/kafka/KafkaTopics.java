package dev.caravan.processors.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the topics of a plan exist and looks whether they can be written. Used by one thread. */
final class KafkaTopics {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaTopics.class);

    private final TopicPlan plan;
    private final boolean own;
    /** How many copies of a record each topic wants before it counts as written; known once {@linkplain #check checked}. */
    private Map<String, Integer> needed = Map.of();

    /**
     * @param own whether the broker is the hub's: then topics that exist (a first record may have made them) get the plan's limits;
     *            on a cluster of somebody else they are left as they are
     */
    KafkaTopics(TopicPlan plan, boolean own) {
        this.plan = plan;
        this.own = own;
    }

    TopicPlan plan() {
        return plan;
    }

    /**
     * Creates what is missing.
     *
     * @param existing names of all topics
     * @return whether anything was missing
     */
    boolean ensure(Admin admin, Set<String> existing, Duration limit)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (existing.containsAll(plan.names())) {
            return false;
        }
        TopicPlan complete = plan.replication().isPresent() ? plan : plan.replicated(ClusterReplication.factor(admin, limit));
        List<NewTopic> missing = complete.topics().stream().filter(t -> !existing.contains(t.name())).toList();
        var results = admin.createTopics(missing).values();
        List<String> created = new ArrayList<>();
        for (var result : results.entrySet()) {
            try {
                result.getValue().get(limit.toMillis(), TimeUnit.MILLISECONDS);
                created.add(result.getKey());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
            }
        }
        LOG.info("Kafka topics created: {}", created);
        return true;
    }

    /** Gives existing topics of our own broker the limits of the plan and says when co-partitioned topics are not. */
    void check(Admin admin, Duration limit) throws InterruptedException, ExecutionException, TimeoutException {
        if (own) {
            admin.incrementalAlterConfigs(limits()).all().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        }
        needed = InSync.needed(admin, plan.names(), limit);
        Map<String, TopicDescription> topics = describe(admin, List.of(TopicPlan.FRAMES_IN, TopicPlan.CONTROLS), limit);
        int frames = topics.get(TopicPlan.FRAMES_IN).partitions().size();
        int controls = topics.get(TopicPlan.CONTROLS).partitions().size();
        if (frames != controls) {
            LOG.warn(
                    "{} has {} partitions and {} has {}: give both the same number before running several hubs",
                    TopicPlan.FRAMES_IN,
                    frames,
                    TopicPlan.CONTROLS,
                    controls);
        }
    }

    /**
     * Why records cannot be written although a broker answers: brokers that hold their copies are away.
     *
     * @param existing names of all topics
     */
    Optional<String> trouble(Admin admin, Set<String> existing, Duration limit)
            throws InterruptedException, ExecutionException, TimeoutException {
        List<String> ours = plan.names().stream().filter(existing::contains).toList();
        return InSync.trouble(describe(admin, ours, limit).values(), needed);
    }

    private static Map<String, TopicDescription> describe(Admin admin, List<String> names, Duration limit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return admin.describeTopics(names).allTopicNames().get(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Map<ConfigResource, Collection<AlterConfigOp>> limits() {
        Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
        for (NewTopic topic : plan.topics()) {
            changes.put(
                    new ConfigResource(ConfigResource.Type.TOPIC, topic.name()),
                    topic.configs().entrySet().stream()
                            .map(e -> new AlterConfigOp(new ConfigEntry(e.getKey(), e.getValue()), AlterConfigOp.OpType.SET))
                            .toList());
        }
        return changes;
    }
}
