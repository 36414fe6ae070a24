package dev.caravan.processors.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Gives camel-kafka a consumer that commits what {@link ControlsIn} has finished.
 *
 * <p>Camel's manual commits do not fit: they belong to single records and must happen on the polling thread, while a control that waited
 * is finished by a timer; and Camel's own commit on a rebalance would skip what still waits.
 */
public final class ControlsClientFactory extends DefaultKafkaClientFactory {

    private static final Duration COMMIT_LIMIT = Duration.ofSeconds(3);

    private final ControlsIn controls;

    ControlsClientFactory(ControlsIn controls) {
        this.controls = controls;
    }

    @Override
    public Consumer<?, ?> getConsumer(Properties properties) {
        return new CommittingConsumer<>(properties, controls);
    }

    private static final class CommittingConsumer<K, V> extends PatientConsumer<K, V> {

        private final ControlsIn controls;
        private String topic = TopicPlan.CONTROLS;

        CommittingConsumer(Properties properties, ControlsIn controls) {
            super(properties);
            this.controls = controls;
        }

        @Override
        public void subscribe(Collection<String> topics, ConsumerRebalanceListener camels) {
            topic = topics.iterator().next();
            super.subscribe(topics, new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> gone) {
                    try {
                        commitSync(finished(), COMMIT_LIMIT);
                    } catch (KafkaException late) {
                        // Then the finished ones come again and are recognised.
                    }
                    controls.forget(numbers(gone));
                    camels.onPartitionsRevoked(gone);
                }

                @Override
                public void onPartitionsLost(Collection<TopicPartition> gone) {
                    controls.forget(numbers(gone));
                    camels.onPartitionsLost(gone);
                }

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> ours) {
                    camels.onPartitionsAssigned(ours);
                }
            });
        }

        @Override
        public ConsumerRecords<K, V> poll(Duration timeout) {
            Map<TopicPartition, OffsetAndMetadata> finished = finished();
            if (!finished.isEmpty()) {
                commitAsync(finished, (offsets, failure) -> {
                    if (failure != null) {
                        controls.commitAgain();
                    }
                });
            }
            return super.poll(timeout);
        }

        private Map<TopicPartition, OffsetAndMetadata> finished() {
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            controls.committable().forEach((partition, next) ->
                    offsets.put(new TopicPartition(topic, partition), new OffsetAndMetadata(next)));
            return offsets;
        }

        private static List<Integer> numbers(Collection<TopicPartition> partitions) {
            return partitions.stream().map(TopicPartition::partition).toList();
        }
    }
}
