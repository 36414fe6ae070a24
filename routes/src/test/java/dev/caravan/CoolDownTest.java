package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import java.net.http.HttpRequest.BodyPublishers;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;

/** A session that a person ended is not opened again by the next record of its producer. */
class CoolDownTest {

    @Test
    void framesFromKafkaForASessionEndedByHandAreDroppedAndCountedWhereAnOperatorLooks() throws Exception {
        try (TestHub hub = TestHub.start();
                ProducerTemplate routes = hub.running().camel().createProducerTemplate()) {
            hub.load("passthrough");
            routes.sendBody("inference:main?open=true", frame(0));
            assertEquals(200, hub.status("/api/v1/sessions/cam-1"));

            hub.send("DELETE", "/api/v1/sessions/cam-1", BodyPublishers.noBody());
            routes.sendBody("inference:main?open=true", frame(1));

            assertEquals(404, hub.status("/api/v1/sessions/cam-1"));
            assertEquals(1, hub.get("/health").at("/checks/sessions/frames_dropped_in_cool_down").asInt());
        }
    }

    private static Frame frame(long sequence) {
        Picture picture = new Picture.I420(16, 16, new byte[Picture.I420.size(16, 16)]);
        return Frame.incoming("cam-1", sequence, sequence * 33_333, Origin.of("kafka:caravan.frames.in"), picture);
    }
}
