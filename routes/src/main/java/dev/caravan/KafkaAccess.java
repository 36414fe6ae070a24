package dev.caravan;

import dev.caravan.config.Option;
import dev.caravan.config.Settings;
import dev.caravan.processors.kafka.KafkaConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** How a cluster is reached, with what the files of the settings hold. */
final class KafkaAccess {

    /** The bundles of whole operating systems stay below. */
    private static final long MOST_BYTES = 4 << 20;

    private KafkaAccess() {}

    /** @throws IllegalArgumentException with one line that names the option whose file cannot be used */
    static KafkaConnection connection(String bootstrapServers, Settings.KafkaAccess access) {
        Optional<String> authority = access.authority().map(file -> pem(Option.KAFKA_CA, file, "CERTIFICATE"));
        Optional<KafkaConnection.Identity> identity = access.identity()
                .map(files -> new KafkaConnection.Identity(
                        pem(Option.KAFKA_CERTIFICATE, files.certificate(), "CERTIFICATE"),
                        pem(Option.KAFKA_KEY, files.key(), "PRIVATE KEY")));
        return KafkaConnection.secured(
                bootstrapServers,
                access.protocol(),
                new KafkaConnection.Tls(authority, identity),
                access.login().map(login -> new KafkaConnection.Login(
                        access.mechanism(), login.username(), login.password().value())));
    }

    private static String pem(Option option, Path file, String kind) {
        String text;
        try {
            if (!Files.isRegularFile(file)) {
                throw new IllegalArgumentException(option.flag() + " cannot be used: there is no such file");
            }
            if (Files.size(file) > MOST_BYTES) {
                throw new IllegalArgumentException(option.flag() + " cannot be used: the file is too large");
            }
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new IllegalArgumentException(option.flag() + " cannot be used: the file cannot be read");
        }
        if (!text.contains("-----BEGIN " + kind + "-----")) {
            throw new IllegalArgumentException(option.flag() + " cannot be used: it holds no "
                    + (kind.equals("CERTIFICATE") ? "certificate in PEM form" : "private key in PEM form (PKCS 8, without password)"));
        }
        return text;
    }
}
