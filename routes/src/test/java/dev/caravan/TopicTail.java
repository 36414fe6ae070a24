package dev.caravan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A plain Kafka consumer of the records of one key. */
final class TopicTail implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int ENOUGH = 5;

    private final String what;
    private final String key;
    private final KafkaConsumer<String, byte[]> consumer;
    private final List<TopicPartition> partitions;

    /** From now on. */
    TopicTail(String servers, String topic, String key) {
        this.what = topic + " with key " + key;
        this.key = key;
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", servers), new StringDeserializer(), new ByteArrayDeserializer());
        partitions = consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
    }

    static TopicTail fromTheBeginning(String servers, String topic, String key) {
        TopicTail tail = new TopicTail(servers, topic, key);
        tail.consumer.seekToBeginning(tail.partitions);
        return tail;
    }

    /** Waits for records that are written from now on. */
    void awaitMore() {
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        for (int seen = 0; seen < ENOUGH; ) {
            seen += next().size();
        }
    }

    /** Waits for records; their values, oldest first. */
    List<byte[]> next() {
        long end = System.nanoTime() + LIMIT.toNanos();
        List<byte[]> values = new ArrayList<>();
        while (values.isEmpty()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("no record of " + what);
            }
            consumer.poll(Duration.ofMillis(100)).forEach(record -> {
                if (key.equals(record.key())) {
                    values.add(record.value());
                }
            });
        }
        return values;
    }

    @Override
    public void close() {
        consumer.close(Duration.ofSeconds(1));
    }
}
