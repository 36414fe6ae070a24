package dev.caravan.processors.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.RetriableException;

/** How many copies of a record a cluster of somebody else can and should keep. */
final class ClusterReplication {

    /** One broker may be serviced while another fails. */
    private static final int USUAL = 3;
    private static final String DEFAULT = "default.replication.factor";

    private ClusterReplication() {}

    /**
     * Three, or one for each broker where there are fewer; more where the cluster's own default says so. While brokers of such a cluster
     * still start, topics are refused, which is better than to have them with too few copies for ever.
     */
    static short factor(Admin admin, Duration limit) throws InterruptedException, ExecutionException, TimeoutException {
        Collection<Node> brokers = admin.describeCluster().nodes().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        int usual = Math.min(USUAL, Math.max(1, brokers.size()));
        return (short) Math.max(usual, brokers.isEmpty() ? 1 : ownDefault(admin, brokers.iterator().next(), limit));
    }

    private static int ownDefault(Admin admin, Node broker, Duration limit)
            throws InterruptedException, ExecutionException, TimeoutException {
        var resource = new ConfigResource(ConfigResource.Type.BROKER, broker.idString());
        return allowed(() -> admin.describeConfigs(List.of(resource))
                        .values()
                        .get(resource)
                        .get(limit.toMillis(), TimeUnit.MILLISECONDS)
                        .get(DEFAULT))
                .map(ConfigEntry::value)
                .map(Integer::parseInt)
                .orElse(1);
    }

    /** A question to Kafka that not everybody may ask. */
    @FunctionalInterface
    interface Question<T> {
        T ask() throws InterruptedException, ExecutionException, TimeoutException;
    }

    /** The answer; empty when there is none or the cluster does not tell this user. */
    static <T> Optional<T> allowed(Question<T> question) throws InterruptedException, ExecutionException, TimeoutException {
        try {
            return Optional.ofNullable(question.ask());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ApiException refused && !(refused instanceof RetriableException)) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
