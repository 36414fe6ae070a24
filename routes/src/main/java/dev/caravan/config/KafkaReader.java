package dev.caravan.config;

import dev.caravan.config.Settings.Broker;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Reads the group Kafka. */
final class KafkaReader {

    private final Values values;

    private KafkaReader(Values values) {
        this.values = values;
    }

    static Settings.Kafka read(Values values) throws ConfigException {
        return new KafkaReader(values).kafka();
    }

    private Settings.Kafka kafka() throws ConfigException {
        String text = values.text(Option.KAFKA);
        Broker broker = switch (text) {
            case "embedded" -> new Broker.Embedded((int) values.number(Option.KAFKA_PORT, 0, 65535));
            case "none" -> new Broker.None();
            default -> {
                if (!Arrays.stream(text.split(",", -1)).allMatch(KafkaReader::isServer)) {
                    throw values.bad(Option.KAFKA, text, "use embedded, none or HOST:PORT");
                }
                yield new Broker.Cluster(text);
            }
        };
        return new Settings.Kafka(broker, values.text(Option.KAFKA_GROUP), values.find(Option.KAFKA_TOPIC),
                (int) values.number(Option.KAFKA_OUT_FPS, 0, 1000), (int) values.number(Option.KAFKA_OUT_QUALITY, 1, 100), kafkaAccess());
    }

    private Settings.KafkaAccess kafkaAccess() throws ConfigException {
        if (values.find(Option.KAFKA_SASL_USERNAME).isPresent() != values.find(Option.KAFKA_SASL_PASSWORD).isPresent()) {
            throw new ConfigException("--kafka-sasl-username and --kafka-sasl-password go together: set both or none");
        }
        Optional<Settings.Login> login = values.find(Option.KAFKA_SASL_USERNAME)
                .flatMap(user -> values.secret(Option.KAFKA_SASL_PASSWORD).map(p -> new Settings.Login(user, p)));
        Optional<Path> authority = values.path(Option.KAFKA_CA);
        Optional<Settings.PemFiles> identity = values.pemFiles(Option.KAFKA_CERTIFICATE, Option.KAFKA_KEY);
        String wish = values.oneOf(Option.KAFKA_SECURITY, "auto", "plaintext", "ssl", "sasl_plaintext", "sasl_ssl");
        boolean tls = authority.isPresent() || identity.isPresent();
        String protocol = !wish.equals("auto") ? wish : login.isPresent() ? "sasl_ssl" : tls ? "ssl" : "plaintext";
        if (protocol.startsWith("sasl") && login.isEmpty()) {
            throw values.bad(Option.KAFKA_SECURITY, wish, "set --kafka-sasl-username and --kafka-sasl-password as well");
        }
        String mechanism = values.oneOf(Option.KAFKA_SASL_MECHANISM, "plain", "scram-sha-256", "scram-sha-512");
        return new Settings.KafkaAccess(
                protocol.toUpperCase(Locale.ROOT), authority, identity, mechanism.toUpperCase(Locale.ROOT), login);
    }

    private static boolean isServer(String text) {
        return text.matches("[^\\s:]+:\\d{1,5}") && Integer.parseInt(text.substring(text.indexOf(':') + 1)) <= 65535;
    }
}
