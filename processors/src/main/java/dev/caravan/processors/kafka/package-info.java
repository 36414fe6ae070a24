/**
 * Everything our Kafka routes need beyond camel-kafka.
 *
 * <p>{@link dev.caravan.processors.kafka.KafkaHub} is the one door: it starts the embedded broker (a child process watched by
 * {@link dev.caravan.processors.kafka.EmbeddedBroker}) or points to a real cluster, keeps the topics of DESIGN §4, knows whether Kafka is
 * reachable and gives a Camel context the beans that {@code camel/kafka-*.camel.yaml} name. What comes from outside is judged by
 * {@link dev.caravan.processors.kafka.FramesIn} and {@link dev.caravan.processors.kafka.ControlsIn}; what leaves goes through a bounded
 * {@link dev.caravan.processors.kafka.Outlet}, so that a broker that is away costs records and never a session. Read KafkaHub and
 * ControlsIn first.
 */
@NullMarked
package dev.caravan.processors.kafka;

import org.jspecify.annotations.NullMarked;
