package dev.caravan.processors.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where Kafka is and how a client gets in.
 *
 * @param bootstrapServers {@code host:port[,host:port...]}
 * @param security         Kafka client properties for transport and login; empty for plaintext
 */
public record KafkaConnection(String bootstrapServers, Map<String, String> security) {

    private static final String MODULES = "org.apache.kafka.common.security.";

    public KafkaConnection {
        security = Map.copyOf(security);
    }

    /**
     * Certificates, as texts in PEM form.
     *
     * @param authority what the cluster's certificates must be signed by; the system's when empty
     * @param identity  of the hub, for a cluster that asks for one
     */
    public record Tls(Optional<String> authority, Optional<Identity> identity) {}

    /** @param chain certificates, the hub's own first @param key its private key (PKCS 8, without password) */
    public record Identity(String chain, String key) {

        /** Without the key. */
        @Override
        public String toString() {
            return "Identity[***]";
        }
    }

    /** @param mechanism {@code PLAIN}, {@code SCRAM-SHA-256} or {@code SCRAM-SHA-512} */
    public record Login(String mechanism, String user, String password) {

        /** Without the password. */
        @Override
        public String toString() {
            return "Login[" + mechanism + ", " + user + "]";
        }
    }

    public static KafkaConnection plaintext(String bootstrapServers) {
        return new KafkaConnection(bootstrapServers, Map.of());
    }

    /** TLS with the system's trust store and a user's password, as the contract wants it (spec §6). */
    public static KafkaConnection sasl(String bootstrapServers, String user, String password) {
        return secured(
                bootstrapServers,
                "SASL_SSL",
                new Tls(Optional.empty(), Optional.empty()),
                Optional.of(new Login("PLAIN", user, password)));
    }

    /**
     * Any of Kafka's ways in.
     *
     * @param protocol {@code PLAINTEXT}, {@code SSL}, {@code SASL_PLAINTEXT} or {@code SASL_SSL}; what it does not use of the rest is
     *                 left out
     */
    public static KafkaConnection secured(String bootstrapServers, String protocol, Tls tls, Optional<Login> login) {
        if (protocol.equals("PLAINTEXT")) {
            return plaintext(bootstrapServers);
        }
        Map<String, String> security = new HashMap<>();
        security.put("security.protocol", protocol);
        if (protocol.endsWith("SSL")) {
            tls.authority().ifPresent(pem -> {
                security.put("ssl.truststore.type", "PEM");
                security.put("ssl.truststore.certificates", pem);
            });
            tls.identity().ifPresent(own -> {
                security.put("ssl.keystore.type", "PEM");
                security.put("ssl.keystore.certificate.chain", own.chain());
                security.put("ssl.keystore.key", own.key());
            });
        }
        if (protocol.startsWith("SASL")) {
            login.ifPresent(who -> {
                security.put("sasl.mechanism", who.mechanism());
                security.put("sasl.jaas.config", jaas(who));
            });
        }
        return new KafkaConnection(bootstrapServers, security);
    }

    /** Everything a Kafka client needs to connect. */
    Map<String, Object> clientProperties() {
        Map<String, Object> properties = new HashMap<>(security);
        properties.put("bootstrap.servers", bootstrapServers);
        return properties;
    }

    private static String jaas(Login login) {
        String module = login.mechanism().startsWith("SCRAM") ? "scram.ScramLoginModule" : "plain.PlainLoginModule";
        return MODULES + module + " required username=\"" + quoted(login.user()) + "\" password=\"" + quoted(login.password()) + "\";";
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
