package dev.caravan.processors.kafka;

import java.util.HashMap;
import java.util.Map;

/**
 * Where Kafka is and how a client gets in.
 *
 * @param bootstrapServers {@code host:port[,host:port...]}
 * @param security         Kafka client properties for transport and login; empty for plaintext
 */
public record KafkaConnection(String bootstrapServers, Map<String, String> security) {

    public KafkaConnection {
        security = Map.copyOf(security);
    }

    public static KafkaConnection plaintext(String bootstrapServers) {
        return new KafkaConnection(bootstrapServers, Map.of());
    }

    /** TLS with the system's trust store and a user's password, as the contract wants it (spec §6). */
    public static KafkaConnection sasl(String bootstrapServers, String user, String password) {
        return new KafkaConnection(
                bootstrapServers,
                Map.of(
                        "security.protocol", "SASL_SSL",
                        "sasl.mechanism", "PLAIN",
                        "sasl.jaas.config",
                                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + quoted(user)
                                        + "\" password=\"" + quoted(password) + "\";"));
    }

    /** Everything a Kafka client needs to connect. */
    Map<String, Object> clientProperties() {
        Map<String, Object> properties = new HashMap<>(security);
        properties.put("bootstrap.servers", bootstrapServers);
        return properties;
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    /** Without the password. */
    @Override
    public String toString() {
        return bootstrapServers + (security.isEmpty() ? "" : " (" + security.get("security.protocol") + ")");
    }
}
