package dev.caravan.processors.kafka;

import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer that a cluster may refuse: it has no records then and asks again a moment later. Camel would take each refusal for a
 * failed exchange and log it with its stack, several times a second. That the hub cannot log in is told once, by {@link KafkaHealth}.
 */
class PatientConsumer<K, V> extends KafkaConsumer<K, V> {

    private static final Logger LOG = LoggerFactory.getLogger(PatientConsumer.class);
    /** Also how long a stopping hub waits for it at most. */
    private static final long PAUSE_MS = 1000;

    private boolean told;

    PatientConsumer(Properties properties) {
        super(properties);
    }

    /** Gives them to all Kafka endpoints that name no factory of their own. */
    static final class Factory extends DefaultKafkaClientFactory {
        @Override
        public Consumer<?, ?> getConsumer(Properties properties) {
            return new PatientConsumer<>(properties);
        }
    }

    @Override
    public ConsumerRecords<K, V> poll(Duration timeout) {
        try {
            ConsumerRecords<K, V> records = super.poll(timeout);
            told = false;
            return records;
        } catch (AuthenticationException e) {
            return later(timeout);
        } catch (AuthorizationException e) {
            if (!told) {
                told = true;
                LOG.warn("Kafka gives no records of {}: {}", subscription(), KafkaRefusal.text(e));
            }
            return later(timeout);
        }
    }

    private static <K, V> ConsumerRecords<K, V> later(Duration timeout) {
        LockSupport.parkNanos(Duration.ofMillis(Math.min(timeout.toMillis(), PAUSE_MS)).toNanos());
        return ConsumerRecords.empty();
    }
}
