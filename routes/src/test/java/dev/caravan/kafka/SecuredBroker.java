package dev.caravan.kafka;

import dev.caravan.PemPair;
import java.io.IOException;
import java.nio.file.Files;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;

/** One broker that clients reach by TLS and a login only. */
final class SecuredBroker implements AutoCloseable {

    static final String USER = "hub";
    static final String PASSWORD = "pa\"ss\\word-of-the-hub";

    private final KafkaClusterTestKit kit;

    private SecuredBroker(KafkaClusterTestKit kit) {
        this.kit = kit;
    }

    static SecuredBroker start(PemPair pair) throws Exception {
        KafkaClusterTestKit kit = new KafkaClusterTestKit.Builder(
                        new TestKitNodes.Builder().setCombined(true).setNumControllerNodes(1).setNumBrokerNodes(1).build())
                .setConfigProp("listener.security.protocol.map", "EXTERNAL:SASL_SSL,CONTROLLER:PLAINTEXT")
                .setConfigProp("sasl.enabled.mechanisms", "PLAIN")
                .setConfigProp("sasl.mechanism.inter.broker.protocol", "PLAIN")
                .setConfigProp(
                        "listener.name.external.plain.sasl.jaas.config",
                        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"broker\" password=\"broker\""
                                + " user_broker=\"broker\" user_" + USER + "=\"pa\\\"ss\\\\word-of-the-hub\";")
                .setConfigProp("ssl.keystore.type", "PEM")
                .setConfigProp("ssl.keystore.certificate.chain", read(pair.certificate()))
                .setConfigProp("ssl.keystore.key", read(pair.key()))
                .setConfigProp("ssl.truststore.type", "PEM")
                .setConfigProp("ssl.truststore.certificates", read(pair.certificate()))
                .setConfigProp("group.initial.rebalance.delay.ms", "0")
                .setConfigProp("offsets.topic.replication.factor", "1")
                .setConfigProp("offsets.topic.num.partitions", "1")
                .setConfigProp("num.partitions", "1")
                .build();
        try {
            kit.format();
            kit.startup();
            return new SecuredBroker(kit);
        } catch (Exception e) {
            kit.close();
            throw e;
        }
    }

    private static String read(java.nio.file.Path file) throws IOException {
        return Files.readString(file);
    }

    String bootstrapServers() {
        return kit.bootstrapServers();
    }

    @Override
    public void close() throws Exception {
        kit.close();
    }
}
