package dev.caravan.processors.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.kafka.common.header.Header;

/** The original record plus why it was not used (DESIGN §4). */
final class DeadLetter {

    static final String ERROR = "caravan-error";
    static final String SOURCE_TOPIC = "caravan-source-topic";
    static final String SOURCE_PARTITION = "caravan-source-partition";
    static final String SOURCE_OFFSET = "caravan-source-offset";

    /** Ours; a sender's header of the same name is replaced. */
    private static final Set<String> OWN = Set.of(ERROR, SOURCE_TOPIC, SOURCE_PARTITION, SOURCE_OFFSET);

    private static final int REASON_LIMIT = 500;

    private DeadLetter() {}

    /** Makes an exchange the dead letter of a record, ready for a kafka: producer. */
    static void write(Exchange exchange, InRecord record, String reason) {
        Message message = exchange.getMessage();
        // Nothing of the failed journey goes along, least of all a header that steers the producer (kafka.OVERRIDE_TOPIC).
        message.removeHeaders("*");
        for (Header header : record.headers()) {
            if (!ForeignHeaderFilter.steers(header.key()) && !OWN.contains(header.key()) && header.value() != null) {
                message.setHeader(header.key(), header.value());
            }
        }
        if (record.key() != null) {
            message.setHeader(KafkaConstants.KEY, record.key());
        }
        message.setHeader(ERROR, text(reason));
        message.setHeader(SOURCE_TOPIC, text(record.topic()));
        message.setHeader(SOURCE_PARTITION, text(Integer.toString(record.partition())));
        message.setHeader(SOURCE_OFFSET, text(Long.toString(record.offset())));
        message.setBody(record.value());
    }

    private static byte[] text(String text) {
        String line = text.lines().findFirst().orElse("");
        return line.substring(0, Math.min(line.length(), REASON_LIMIT)).getBytes(StandardCharsets.UTF_8);
    }
}
