package dev.caravan.kafka;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import kafka.server.BrokerServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;

/** A Kafka cluster of three brokers and a controller in this JVM. Brokers stop and come back with their ports and their data. */
public final class ThreeBrokers implements AutoCloseable {

    private static final int BROKERS = 3;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Of a small cluster whose brokers soon tell the controller of what they do. */
    private static final Map<String, String> SETTINGS = Map.of(
            "auto.create.topics.enable", "false",
            "offsets.topic.replication.factor", "3",
            "offsets.topic.num.partitions", "3",
            "group.initial.rebalance.delay.ms", "0",
            "broker.heartbeat.interval.ms", "500",
            "num.network.threads", "1",
            "num.io.threads", "2",
            "message.max.bytes", "8388608",
            "replica.fetch.max.bytes", "8388608");

    private final KafkaClusterTestKit kit;
    private final Admin admin;
    private final ExecutorService hands = Executors.newFixedThreadPool(BROKERS);

    private ThreeBrokers(KafkaClusterTestKit kit) {
        this.kit = kit;
        this.admin = kit.admin();
    }

    public static ThreeBrokers start(Path folder) throws Exception {
        var nodes = new TestKitNodes.Builder()
                .setNumBrokerNodes(BROKERS)
                .setNumControllerNodes(1)
                .setBaseDirectory(folder)
                .build();
        var builder = new KafkaClusterTestKit.Builder(nodes);
        SETTINGS.forEach(builder::setConfigProp);
        KafkaClusterTestKit kit = builder.build();
        kit.format();
        kit.startup();
        kit.waitForReadyBrokers();
        return new ThreeBrokers(kit);
    }

    public String bootstrapServers() {
        return kit.bootstrapServers();
    }

    public Admin admin() {
        return admin;
    }

    /** All of these at once, in order: each hands over what it leads to those that stay. Returns when they are gone. */
    public void stop(int... brokers) throws Exception {
        together(this::end, brokers);
    }

    /** Returns when they run, whatever the others do. */
    public void start(int... brokers) throws Exception {
        together(broker -> kit.brokers().get(broker).startup(), brokers);
    }

    /** Returns when all copies of all topics are in sync again. */
    public void startAgain(int... brokers) throws Exception {
        start(brokers);
        await("all copies in sync", this::inSync);
    }

    private void end(int number) {
        BrokerServer broker = kit.brokers().get(number);
        broker.shutdown();
        broker.awaitShutdown();
    }

    private boolean inSync() {
        try {
            var names = admin.listTopics().names().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            return admin.describeTopics(names).allTopicNames().get(LIMIT.toSeconds(), TimeUnit.SECONDS).values().stream()
                    .map(TopicDescription::partitions)
                    .flatMap(List::stream)
                    .allMatch(partition -> partition.isr().size() == partition.replicas().size());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void together(IntConsumer what, int... brokers) throws Exception {
        List<Future<?>> all = new ArrayList<>();
        for (int broker : brokers) {
            all.add(hands.submit(() -> what.accept(broker)));
        }
        for (Future<?> each : all) {
            each.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + LIMIT.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    @Override
    public void close() throws Exception {
        hands.shutdownNow();
        admin.close(Duration.ofSeconds(1));
        kit.close();
    }
}
