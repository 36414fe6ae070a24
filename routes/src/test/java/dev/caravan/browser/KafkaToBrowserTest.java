package dev.caravan.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.TestHub;
import dev.caravan.api.Json;
import dev.caravan.bench.KafkaCamera;
import dev.caravan.inference.draw.CounterBar;
import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.frames.FfmpegPictures;
import dev.caravan.processors.session.Session;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** From plain Kafka clients to a browser and back, through a hub with its own broker. */
@Tag("full-rate")
class KafkaToBrowserTest {

    private static TestHub hub;
    private static String bootstrap;
    private static KafkaProducer<String, byte[]> producer;
    private static PageServer pages;
    private static Chromium chromium;
    private static Clients clients;

    @BeforeAll
    static void start() {
        hub = TestHub.start("--kafka=embedded", "--kafka-port=0");
        pages = new PageServer();
        chromium = new Chromium(hub.port());
        clients = new Clients(chromium, pages);
        chromium.await("the broker and its topics are there", () -> hub.running().hub().kafka().orElseThrow().status().topics().size() >= 6);
        bootstrap = hub.get("/api/v1/hub/info").at("/kafka/bootstrap_servers").asText();
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrap), new StringSerializer(), new ByteArraySerializer());
    }

    @AfterAll
    static void stop() {
        producer.close();
        chromium.close();
        pages.close();
        hub.close();
    }

    @Test
    void jpegsOfAProducerAreWatchedAtFullRateAndBadOnesAmongThemCostNothingButThemselves() throws Exception {
        hub.load("passthrough");
        try (KafkaCamera camera = new KafkaCamera(bootstrap, "camera", 576, 320)) {
            awaitSession("camera");
            clients.watch("viewer", "camera");
            clients.awaitFps("viewer", 25);
            assertEquals(List.of(576L, 320L), chromium.eval("[viewer.videoWidth, viewer.videoHeight]"));
            int before = clients.screen("viewer").awaitCounterAbove(0);

            byte[] noise = new byte[100_000];
            new Random(1).nextBytes(noise);
            byte[] torn = jpegThatEndsEarly();
            send("caravan.frames.in", "camera", noise, "content-type", "image/jpeg");
            send("caravan.frames.in", "camera", torn, "content-type", "image/jpeg");
            send("caravan.frames.in", "camera", "a text".getBytes(StandardCharsets.US_ASCII), "content-type", "text/plain");
            try (TopicReader dead = new TopicReader(bootstrap, "caravan.frames.in.dlq", "camera")) {
                assertTrue(reason(dead, noise).startsWith("not a JPEG, PNG or WebP picture"));
                assertTrue(reason(dead, torn).contains("JPEG"), () -> reason(dead, torn));
                assertTrue(reason(dead, "a text".getBytes(StandardCharsets.US_ASCII)).contains("text/plain"));
            }
            int after = clients.screen("viewer").awaitCounterAbove(before + 60);
            assertTrue(camera.sentEpochMs(after).isPresent(), "the number is one the producer sent: " + after);
            assertEquals("streaming", hub.get("/api/v1/sessions/camera").get("state").asText());

            try (TopicReader out = new TopicReader(bootstrap, "caravan.frames.out", "camera")) {
                long last = -1;
                for (int i = 0; i < 30; i++) {
                    long seen = last;
                    ConsumerRecord<String, byte[]> record = out.await(r -> number(r, "caravan-seq") > seen);
                    last = number(record, "caravan-seq");
                    assertEquals("image/jpeg", TopicReader.header(record, "content-type"));
                    assertTrue(number(record, "caravan-chunk") >= 0);
                    int counter = CounterBar.read(decode(record)).orElseThrow();
                    assertEquals((long) camera.sentEpochMs(counter).orElseThrow(), number(record, "caravan-timestamp-ms"),
                            "a picture keeps its capture time");
                }
            }
        }
    }

    @Test
    void aProducerTakesABrowsersSessionOverAndGivesItBackWhenItFallsSilent() {
        hub.load("passthrough");
        String id = clients.send("guest", Screen.RED, Map.of());
        Screen screen = clients.screen("guest");
        screen.awaitColour(80, 80, Screen.RED);
        try (KafkaCamera camera = new KafkaCamera(bootstrap, id, 576, 320)) {
            int number = screen.awaitCounterAbove(0);
            assertTrue(camera.sentEpochMs(number).isPresent());
            assertEquals(2, hub.get("/api/v1/sessions/" + id).get("sources").size());
        }
        screen.awaitColour(80, 80, Screen.RED);
        assertEquals("webrtc:" + id, hub.get("/api/v1/sessions/" + id).get("active_source").asText());
    }

    @Test
    void aPromptFromAnyDoorIsOnTheCardByTheSecondChunk() throws Exception {
        hub.load("test-card");
        String id = clients.receive("card", Map.of("input_mode", "text", "prompts", prompts("the first"), "outputs", List.of("kafka")));
        clients.screen("card").awaitPrompt("the first");

        try (TopicReader events = new TopicReader(bootstrap, "caravan.events", id);
                TopicReader out = new TopicReader(bootstrap, "caravan.frames.out", id)) {
            shownWithinTwoChunks(id, events, out, "the first", "by Kafka", "kafka", () -> send(
                    "caravan.controls", id, Json.MAPPER.writeValueAsBytes(Map.of("prompts", prompts("by Kafka")))));
            shownWithinTwoChunks(id, events, out, "by Kafka", "by REST", "rest", () -> assertEquals(200, hub.post(
                    "/api/v1/sessions/" + id + "/parameters", "{\"prompts\":[{\"text\":\"by REST\",\"weight\":1.0}]}").statusCode()));
            shownWithinTwoChunks(id, events, out, "by REST", "by data channel", "data_channel", () ->
                    clients.control("card", Map.of("prompts", prompts("by data channel"))));
        }
        assertEquals(2, clients.messages("card", "parameters_updated"), "only changes by other doors are news on the data channel");
    }

    /** Counts in chunks, not in time: from the moment the session has the control in its log to the first chunk that used it. */
    private static void shownWithinTwoChunks(
            String id, TopicReader events, TopicReader out, String before, String prompt, String door, Send send) throws Exception {
        Session session = hub.running().hub().sessions().find(id).orElseThrow();
        long controls = session.snapshot().controls();
        send.run();
        chromium.await("the control is in the log: " + prompt, () -> session.snapshot().controls() > controls);
        long made = session.snapshot().chunks();

        JsonNode applied = json(events.await(record -> isApplied(json(record), prompt)));
        assertEquals(door, applied.get("door").asText());
        assertEquals(controls, applied.get("offset").asLong());
        long chunk = applied.get("chunk").asLong();
        // Chunks are counted from 0: the number made is the number of the one that is made now.
        assertTrue(chunk <= made + 1, "chunk " + chunk + " was the first to use it, when " + made + " were made");

        clients.screen("card").awaitPrompt(prompt);
        ConsumerRecord<String, byte[]> first = out.await(record -> number(record, "caravan-chunk") >= chunk);
        ConsumerRecord<String, byte[]> last =
                out.soFar().reversed().stream().filter(record -> number(record, "caravan-chunk") < chunk).findFirst().orElseThrow();
        assertTrue(Screen.shows(decode(first), prompt), "the picture of the chunk that used it shows it");
        assertTrue(Screen.shows(decode(last), before), "and the one before does not");
    }

    private static boolean isApplied(JsonNode event, String prompt) {
        return event.get("type").asText().equals("applied") && event.at("/parameters/prompts/0/text").asText().equals(prompt);
    }

    private static void awaitSession(String id) {
        chromium.await("the first record opens the session", () -> hub.status("/api/v1/sessions/" + id) == 200);
    }

    private static void send(String topic, String key, byte[] value, String... headers) throws Exception {
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, key, value);
        for (int i = 0; i < headers.length; i += 2) {
            record.headers().add(headers[i], headers[i + 1].getBytes(StandardCharsets.US_ASCII));
        }
        producer.send(record).get(30, TimeUnit.SECONDS);
    }

    private static String reason(TopicReader dead, byte[] value) {
        return TopicReader.header(dead.await(record -> Arrays.equals(record.value(), value)), "caravan-error");
    }

    /** Its header is good, so that it is found out only when a chunk decodes it. */
    private static byte[] jpegThatEndsEarly() throws BadPictureException {
        byte[] data = new byte[Picture.I420.size(576, 320)];
        new Random(2).nextBytes(data);
        byte[] whole = FfmpegPictures.shared().encodeJpeg(new Picture.I420(576, 320, data), 80);
        return Arrays.copyOf(whole, whole.length / 2);
    }

    private static Picture.I420 decode(ConsumerRecord<String, byte[]> record) {
        try {
            return FfmpegPictures.shared().decode(new Picture.Encoded("image/jpeg", 576, 320, record.value()));
        } catch (BadPictureException e) {
            throw new AssertionError(e);
        }
    }

    private static long number(ConsumerRecord<String, byte[]> record, String header) {
        return Long.parseLong(TopicReader.header(record, header));
    }

    private static JsonNode json(ConsumerRecord<String, byte[]> record) {
        return Json.read(record.value());
    }

    private static List<Map<String, Object>> prompts(String text) {
        return List.of(Map.of("text", text, "weight", 1.0));
    }

    private interface Send {
        void run() throws Exception;
    }
}
