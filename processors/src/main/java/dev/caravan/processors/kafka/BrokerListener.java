package dev.caravan.processors.kafka;

/** Told when Kafka comes and goes: once per change. Called on threads of {@link KafkaHub}; must return at once. */
public interface BrokerListener {

    /** Nobody cares. */
    BrokerListener NONE = new BrokerListener() {};

    /** Kafka answers; from here on records flow. */
    default void up(String bootstrapServers) {}

    /**
     * Kafka does not answer; frames for it are dropped, events are kept for a while.
     *
     * @param reason one line
     */
    default void down(String bootstrapServers, String reason) {}
}
