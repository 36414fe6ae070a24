package dev.caravan.browser;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A plain Kafka consumer of one topic, from its beginning, for the records of one key. */
final class TopicReader implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final String what;
    private final String key;
    private final KafkaConsumer<String, byte[]> consumer;
    private final List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();

    TopicReader(String bootstrapServers, String topic, String key) {
        this.what = topic + " with key " + key;
        this.key = key;
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers), new StringDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Waits for the first record like this, of those that came so far or will come. */
    ConsumerRecord<String, byte[]> await(Predicate<ConsumerRecord<String, byte[]>> wanted) {
        int looked = 0;
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            for (; looked < records.size(); looked++) {
                if (wanted.test(records.get(looked))) {
                    return records.get(looked);
                }
            }
            if (System.nanoTime() > end) {
                throw new AssertionError("no such record among " + records.size() + " of " + what);
            }
            consumer.poll(Duration.ofMillis(100)).forEach(record -> {
                if (key.equals(record.key())) {
                    records.add(record);
                }
            });
        }
    }

    /** What came so far, oldest first. */
    List<ConsumerRecord<String, byte[]>> soFar() {
        return List.copyOf(records);
    }

    /** The text of a header, or empty. */
    static String header(ConsumerRecord<String, byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
