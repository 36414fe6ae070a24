package dev.caravan.kafka;

import static dev.caravan.kafka.KafkaTestHub.header;
import static dev.caravan.kafka.KafkaTestHub.text;
import static dev.caravan.kafka.KafkaTestHub.unique;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.TestHub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example with Kafka does what its first lines say, dropped into the routes folder of a hub as it is. */
@Timeout(180)
class KafkaExampleTest {

    private static final String REFUSED = "{\"prompts\": [{\"text\": \"a pool of \\u0062lood\", \"weight\": 1}]}";

    @TempDir
    Path data;

    @Test
    void promptsWithRefusedWordsAreDeadLetteredAndTheOthersTakeEffect() throws Exception {
        String topic = unique("prompts");
        try (KafkaTestHub broker = KafkaTestHub.start();
                TestHub hub = TestHub.startIn(data, "--kafka", KafkaTestHub.sharedBroker(), "--kafka-group", unique("example"))) {
            hub.load("passthrough");
            hub.post("/api/v1/sessions", "{\"id\":\"stage\"}");
            hub.running().camel().getPropertiesComponent().addOverrideProperty("filtered.topic", topic);
            Files.copy(Path.of("examples/kafka-prompts-filtered.yaml"), data.resolve("routes/kafka-prompts-filtered.yaml"));
            hub.running().hub().live().scan();
            assertEquals("active", hub.get("/api/v1/routes").at("/files/0/state").asText(), hub.get("/api/v1/routes").at("/files")::toString);

            broker.send(topic, "stage", REFUSED, "kafka.OVERRIDE_TOPIC", topic + "-stolen");
            broker.send(topic, "stage", "not JSON");
            broker.send(topic, "nobody", "{\"prompts\": [{\"text\": \"fine\", \"weight\": 1}]}");
            broker.send(topic, "stage", "{\"prompts\": [{\"text\": \"a bloodhound at noon\", \"weight\": 1}]}");

            KafkaTestHub.Await.until("the good prompt is on", () -> hub.get("/api/v1/sessions/stage/parameters")
                    .at("/parameters/prompts/0/text").asText().equals("a bloodhound at noon"));
            Map<String, ConsumerRecord<byte[], byte[]>> dead = new TreeMap<>();
            List<ConsumerRecord<byte[], byte[]>> letters = broker.all(topic + ".dlq", 3);
            letters.forEach(letter -> dead.put(text(letter), letter));
            assertEquals(3, letters.size());
            assertEquals("the prompt has a word that is refused", header(dead.get(REFUSED), "caravan-error"));
            assertEquals("stage", new String(dead.get(REFUSED).key()));
            assertTrue(header(dead.get("not JSON"), "caravan-error").contains("not"), () -> header(dead.get("not JSON"), "caravan-error"));
            assertEquals("Session nobody not found", header(letters.stream()
                    .filter(letter -> text(letter).contains("fine")).findFirst().orElseThrow(), "caravan-error"));
        }
    }
}
