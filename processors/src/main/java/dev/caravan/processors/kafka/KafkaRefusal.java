package dev.caravan.processors.kafka;

import java.util.Locale;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;

/** What a failure of a Kafka client means to the operator, in one line, without what a library wrote about secrets. */
final class KafkaRefusal {

    private KafkaRefusal() {}

    static String text(Throwable e) {
        return switch (e) {
            case UnsupportedSaslMechanismException mechanism -> "it does not know the login's kind: choose another --kafka-sasl-mechanism";
            case SaslAuthenticationException login ->
                "the login was refused: check --kafka-sasl-username, its password and --kafka-sasl-mechanism";
            case SslAuthenticationException tls -> handshake(tls);
            case AuthorizationException rights -> "the login lacks rights: " + oneLine(e);
            // Its own text differs each time.
            case TimeoutException late -> "no answer";
            default -> oneLine(e);
        };
    }

    private static String handshake(Throwable e) {
        StringBuilder said = new StringBuilder();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            said.append(cause.getMessage()).append('\n');
        }
        String all = said.toString().toLowerCase(Locale.ROOT);
        if (all.contains("pkix") || all.contains("certpath") || all.contains("trust anchor")) {
            return "its certificate is not signed by whom the hub trusts: check --kafka-ca";
        }
        if (all.contains("no name matching") || all.contains("subject alternative")) {
            return "its certificate is for another name than the address in --kafka";
        }
        if (all.contains("certificate_required") || all.contains("bad_certificate") || all.contains("certificate_unknown")) {
            return "it does not take the hub's certificate: check --kafka-certificate and --kafka-key";
        }
        return "the TLS handshake failed: check --kafka-security and the port";
    }

    private static String oneLine(Throwable e) {
        String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return text.lines().findFirst().orElse(text);
    }
}
