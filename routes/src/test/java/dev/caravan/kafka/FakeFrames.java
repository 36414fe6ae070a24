package dev.caravan.kafka;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.CaravanHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.spi.DataFormat;
import org.apache.camel.support.service.ServiceSupport;

/** Stands where the data format {@code frames} stands: a picture is a text that begins with {@code picture}. */
final class FakeFrames extends ServiceSupport implements DataFormat {

    @Override
    public Object unmarshal(Exchange exchange, InputStream stream) throws IOException, BadPictureException {
        byte[] bytes = stream.readAllBytes();
        if (!new String(bytes, StandardCharsets.UTF_8).startsWith("picture")) {
            throw new BadPictureException("the bytes are not a JPEG picture");
        }
        Message message = exchange.getMessage();
        String topic = message.getHeader(KafkaConstants.TOPIC, String.class);
        Origin origin = new Origin(
                "kafka:" + topic,
                Map.of(
                        "topic", topic,
                        "partition", message.getHeader(KafkaConstants.PARTITION),
                        "offset", message.getHeader(KafkaConstants.OFFSET)));
        return Frame.incoming(
                message.getHeader(CaravanHeaders.SESSION_ID, String.class),
                message.getHeader(KafkaConstants.OFFSET, Long.class),
                0,
                origin,
                new Picture.Encoded("image/jpeg", 8, 8, bytes));
    }

    @Override
    public void marshal(Exchange exchange, Object body, OutputStream stream) throws IOException {
        Frame frame = (Frame) body;
        Message message = exchange.getMessage();
        message.setHeader("content-type", "image/jpeg");
        message.setHeader("caravan-seq", Long.toString(frame.sequence()));
        message.setHeader("caravan-chunk", Long.toString(frame.chunk()));
        stream.write(("quality " + message.getHeader("CaravanFrameQuality")).getBytes(StandardCharsets.UTF_8));
    }
}
