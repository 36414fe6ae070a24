package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.api.Json;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is thrown at the whole hub, the thrower gets a clear answer and a browser that streams beside it notices nothing. */
@Timeout(180)
class BadInputTest {

    private static final int BODIES_PER_OPERATION = 60;
    private static final String JSON = "application/json";
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    static Path data;

    static TestHub hub;
    static HubClient client;
    static LiveStream stream;

    @BeforeAll
    static void start() throws Exception {
        hub = TestHub.startIn(data, "--kafka=embedded", "--kafka-port=0");
        client = new HubClient(hub.running().baseUri());
        client.load("passthrough");
        stream = LiveStream.start(client);
    }

    @AfterAll
    static void stop() throws Exception {
        try (TestHub ending = hub) {
            stream.close();
            client.close();
        }
    }

    @AfterEach
    void theStreamGoesOn() throws Exception {
        stream.assertAlive();
    }

    static Stream<String> operationsWithABody() throws Exception {
        List<String> operations = new ArrayList<>();
        hub.get("/openapi.json").get("paths").properties().forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
            if (Set.of("post", "put", "patch").contains(method)) {
                operations.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey());
            }
        }));
        assertTrue(operations.size() >= 9, operations::toString);
        return operations.stream();
    }

    @ParameterizedTest
    @MethodSource("operationsWithABody")
    void hostileJsonIsTheClientsFault(String operation) throws Exception {
        String method = operation.substring(0, operation.indexOf(' '));
        String path = operation.substring(method.length() + 1).replaceAll("\\{[^}]*}", stream.id());
        HostileJson bodies = new HostileJson(operation.hashCode());
        for (int i = 0; i < BODIES_PER_OPERATION; i++) {
            String body = bodies.next();
            HttpResponse<String> answer = hub.send(method, path, BodyPublishers.ofString(body), "Content-Type", JSON);
            assertClear(answer, operation + " " + shortened(body));
            closeOtherSessions();
        }
        client.load("passthrough"); // some of them asked for something else
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/sessions/ghost", "DELETE, /api/v1/sessions/ghost", "GET, /api/v1/sessions/ghost/parameters",
        "GET, /api/v1/sessions/ghost/frame", "GET, /api/v1/sessions/%00", "GET, /api/v1/sessions/%ff%fe", "GET, /api/v1/sessions/..%2f..",
        "DELETE, /api/v1/sessions/a%2fb", "GET, /api/v1/assets/%00", "GET, /api/v1/assets/a%0d%0ab.png", "GET, /api/v1/assets/nul%00.png",
    })
    void anUnknownIdIsNotFound(String method, String path) throws Exception {
        HttpResponse<String> answer = hub.send(method, path, BodyPublishers.noBody());
        assertTrue(Set.of(403, 404).contains(answer.statusCode()), path + " " + answer.statusCode() + answer.body());
        assertClear(answer, path);
    }

    @Test
    void anOfferToAnUnknownSessionOrOfNonsenseOpensNothing() throws Exception {
        String candidate = "{\"candidates\":[{\"candidate\":\"candidate:1 1 udp 1 127.0.0.1 9 typ host\",\"sdpMid\":\"0\"}]}";
        assertRefused(404, hub.send("PATCH", "/api/v1/webrtc/offer/ghost", BodyPublishers.ofString(candidate), "Content-Type", JSON));
        assertEquals(204, hub.send("DELETE", "/api/v1/webrtc/offer/ghost", BodyPublishers.noBody()).statusCode());
        for (String wish : List.of("join", "watch")) {
            assertRefused(404, offer("v=0", "{\"" + wish + "\":\"ghost\"}"));
        }
        for (String sdp : List.of("v=0", "\\u0000", "\\ud800", "v=0\\r\\n".repeat(5000), "m=video 9 RTP 96\\r\\n".repeat(2000))) {
            assertRefused(400, offer(sdp, "{}"));
            assertRefused(400, offer(sdp, "{\"watch\":\"" + stream.id() + "\"}"));
        }
        assertRefused(400, offer("x".repeat(1 << 20), "{}"));
        assertEquals(1, hub.get("/api/v1/sessions").get("sessions").size());
        assertEquals(1, hub.get("/api/v1/sessions/" + stream.id()).get("viewers").size());
    }

    @Test
    void ofAControlWithOneBadKeyTheGoodOnesApplyAndTheBadOneIsNamed() throws Exception {
        stream.peer().send("{\"noise_scale\":\"high\",\"prompts\":[{\"text\":\"fog\",\"weight\":1}],\"paused\":false}");
        String message = stream.peer().message();
        while (!message.contains("parameters_rejected") || !message.contains("noise_scale")) { // others may tell of the tests before
            message = stream.peer().message();
        }
        assertEquals("[\"noise_scale\"]", Json.MAPPER.readTree(message).get("errors").findValuesAsText("key").stream()
                .map(key -> "\"" + key + "\"").toList().toString());
        JsonNode now = client.await(
                "/api/v1/sessions/" + stream.id() + "/parameters", all -> all.at("/parameters/prompts/0/text").asText().equals("fog"));
        assertTrue(now.at("/parameters/noise_scale").isMissingNode(), now::toString);
    }

    @Test
    void nonsenseOnTheDataChannelIsIgnored() throws Exception {
        HostileJson bodies = new HostileJson(7);
        for (int i = 0; i < 200; i++) {
            String text = bodies.next();
            // Not to be paused or starved by what happens to be valid.
            if (!text.isEmpty() && text.length() < 60_000 && !text.contains("paused") && !text.contains("active_source")
                    && !text.contains("input_mode")) {
                stream.peer().send(text);
            }
        }
    }

    @Test
    void aPictureThatIsNoneCostsNobodyMemory() throws Exception {
        String frames = "/api/v1/sessions/" + stream.id() + "/frames";
        assertTrue(assertRefused(400, post(frames, png(30_000, 30_000), "image/png")).contains("30000x30000"));
        assertRefused(400, post(frames, random(1 << 20), "image/jpeg"));
        byte[] broken = ContractCase.jpeg(64, 48);
        System.arraycopy(random(200), 0, broken, broken.length - 210, 200);
        HttpResponse<String> begun = post(frames, broken, "image/jpeg");
        assertTrue(begun.statusCode() == 202 || begun.statusCode() == 400, begun::body);
        assertRefused(400, post(frames, new byte[100], "video/raw;format=i420", "caravan-width", "2147483647", "caravan-height", "2147483647"));
        assertRefused(400, post(frames, new byte[100], "video/raw;format=rgb24", "caravan-width", "-4", "caravan-height", "x"));
    }

    @Test
    void aPictureThatIsNoneEndsInTheDeadLetterTopicAndItsSessionGoesOn() throws Exception {
        String key = "kafka-bad";
        client.await("/health", health -> health.at("/checks/kafka/status").asText().equals("up"));
        produceUntilItStreams(key);
        produce(key, png(30_000, 30_000), "image/png");
        produce(key, random(1 << 20), "image/jpeg");
        produce(key, random(100), "text/html");
        List<String> reasons = deadLetters("caravan.frames.in.dlq", key, 3);
        assertTrue(reasons.getFirst().contains("30000x30000"), reasons::toString);
        produceUntilItStreams(key);
        hub.send("DELETE", "/api/v1/sessions/" + key, BodyPublishers.noBody());
    }

    @ParameterizedTest
    @ValueSource(strings = {"..%2f..%2fx.png", "%2fetc%2fx.png", "a%00.png", "%2e%2e%5c%2e%2e%5cx.png", "a%2f..%2f..%2fx.png", "~%2fx.png%2f.."})
    void aNameOutOfTheFolderStoresNothing(String name) throws Exception {
        assertRefused(400, post("/api/v1/assets?filename=" + name, new byte[8], "image/png"));
        assertTrue(java.nio.file.Files.notExists(data.resolve("x.png")) && java.nio.file.Files.notExists(data.getParent().resolve("x.png")));
    }

    @Test
    void anUploadOf60MegabytesIsRefusedAndABodyOfThatSizeElsewhereToo() throws Exception {
        byte[] huge = new byte[60 << 20];
        assertRefused(400, post("/api/v1/assets?filename=huge.mp4", huge, "video/mp4"));
        assertEquals(0, hub.get("/api/v1/assets").get("assets").size());
        String refused = pour("POST /api/v1/session/parameters HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + huge.length + "\r\n\r\n", huge);
        assertTrue(refused.isEmpty() || refused.startsWith("HTTP/1.1 413"), () -> shortened(refused));
    }

    @Test
    void headersAndQueriesWithoutEndAreCutOff() throws Exception {
        String line = "X-Bomb: " + "x".repeat(1000) + "\r\n";
        String many = pour("GET /health HTTP/1.1\r\nHost: localhost\r\n" + line.repeat(2000) + "\r\n", new byte[0]);
        String long1 = pour("GET /health HTTP/1.1\r\nHost: localhost\r\nX-Bomb: " + "x".repeat(2 << 20) + "\r\n\r\n", new byte[0]);
        String query = pour("GET /health?a=" + "x".repeat(2 << 20) + " HTTP/1.1\r\nHost: localhost\r\n\r\n", new byte[0]);
        for (String answer : List.of(many, long1, query)) {
            assertTrue(answer.isEmpty() || answer.matches("(?s)HTTP/1\\.[01] 4.*"), () -> shortened(answer));
        }
        for (String nonsense : List.of("\u0000\u0001\u0002\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nxxxx",
                "POST /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                "POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n")) {
            String answer = pour(nonsense, new byte[0]);
            assertFalse(answer.startsWith("HTTP/1.1 5") || answer.contains("at io."), () -> shortened(answer));
        }
    }

    @Test
    void foreignPagesAreRefusedWhileOthersStream() throws Exception {
        assertRefused(403, hub.fetch("/api/v1/sessions", "Origin", "https://evil.example"));
        assertTrue(hub.raw("GET /api/v1/sessions HTTP/1.1", "Host: evil.example", "Connection: close").startsWith("HTTP/1.1 403 "));
    }

    @Test
    void connectionsThatNeverFinishARequestAreInNobodysWay() throws Exception {
        List<Socket> halfOpen = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                Socket socket = new Socket("127.0.0.1", hub.port());
                halfOpen.add(socket);
                socket.getOutputStream().write("POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n{".getBytes(StandardCharsets.US_ASCII));
            }
            stream.assertAlive();
        } finally {
            for (Socket socket : halfOpen) {
                socket.close();
            }
        }
    }

    // --- what is asked of every answer ---------------------------------------------------------------------------------------

    private static void assertClear(HttpResponse<String> answer, String what) {
        String body = answer.body();
        assertTrue(answer.statusCode() < 500, () -> what + " -> " + answer.statusCode() + " " + shortened(body));
        assertTrue(body.length() < 64 * 1024, () -> what + " is answered with " + body.length() + " characters");
        for (String secret : List.of("\tat ", "Exception", "java.", "com.fasterxml", "dev.caravan", data.toString())) {
            assertFalse(body.contains(secret), () -> what + " -> " + shortened(body));
        }
        if (answer.statusCode() >= 400) {
            JsonNode detail;
            try {
                detail = new ObjectMapper().readTree(body).path("detail");
            } catch (IOException e) {
                throw new AssertionError(what + " -> " + shortened(body), e);
            }
            assertFalse(detail.isMissingNode() || detail.isEmpty() && detail.asText().isEmpty(), () -> what + " -> " + shortened(body));
        }
    }

    private static String assertRefused(int status, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode(), () -> shortened(answer.body()));
        assertClear(answer, answer.uri().toString());
        return answer.body();
    }

    private static String shortened(String text) {
        return text.length() < 300 ? text : text.substring(0, 300) + "... (" + text.length() + ")";
    }

    // --- throwing --------------------------------------------------------------------------------------------------------------

    private static HttpResponse<String> offer(String sdp, String parameters) {
        return hub.post(
                "/api/v1/webrtc/offer",
                "{\"type\":\"offer\",\"sdp\":\"" + sdp + "\",\"initialParameters\":" + parameters + "}",
                "Content-Type", JSON);
    }

    private static HttpResponse<String> post(String path, byte[] body, String type, String... headers) {
        String[] all = Stream.concat(Stream.of("Content-Type", type), Stream.of(headers)).toArray(String[]::new);
        return hub.send("POST", path, BodyPublishers.ofByteArray(body), all);
    }

    /** Sends what is accepted of it and returns what comes back before the hub hangs up; nothing when it does so at once. */
    private static String pour(String head, byte[] body) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", hub.port())) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            InputStream in = socket.getInputStream();
            try {
                socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().write(body);
                socket.shutdownOutput();
            } catch (IOException refused) {
                // It may have answered before it stopped reading.
            }
            try {
                return new String(in.readNBytes(64 * 1024), StandardCharsets.ISO_8859_1);
            } catch (java.net.SocketTimeoutException e) {
                throw new AssertionError("no answer and no end: " + shortened(head), e);
            } catch (IOException reset) {
                return "";
            }
        }
    }

    private static void closeOtherSessions() {
        for (JsonNode session : hub.get("/api/v1/sessions").get("sessions")) {
            String id = session.get("id").asText();
            if (!id.equals(stream.id())) {
                hub.send("DELETE", "/api/v1/sessions/" + id, BodyPublishers.noBody());
            }
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    /** The head of a PNG of that size, and nothing in it. */
    private static byte[] png(int width, int height) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(head);
        fields.writeBytes("IHDR");
        fields.writeInt(width);
        fields.writeInt(height);
        fields.write(new byte[] {8, 2, 0, 0, 0});
        CRC32 crc = new CRC32();
        crc.update(head.toByteArray());
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(png);
        out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        out.writeInt(13);
        out.write(head.toByteArray());
        out.writeInt((int) crc.getValue());
        return png.toByteArray();
    }

    // --- Kafka -----------------------------------------------------------------------------------------------------------------

    private static Map<String, Object> broker() {
        return Map.of(
                "bootstrap.servers", hub.running().hub().kafka().orElseThrow().bootstrapServers(), "max.request.size", 4 << 20);
    }

    private static void produce(String key, byte[] picture, String type) throws Exception {
        try (var producer = new KafkaProducer<>(broker(), new ByteArraySerializer(), new ByteArraySerializer())) {
            var record = new ProducerRecord<>("caravan.frames.in", key.getBytes(StandardCharsets.UTF_8), picture);
            record.headers().add("content-type", type.getBytes(StandardCharsets.UTF_8));
            producer.send(record).get();
        }
    }

    private static void produceUntilItStreams(String key) throws Exception {
        HttpResponse<String> before = hub.fetch("/api/v1/sessions/" + key);
        long made = before.statusCode() == 200 ? Json.MAPPER.readTree(before.body()).get("frames_out").asLong() : 0;
        long end = System.nanoTime() + LIMIT.toNanos();
        HttpResponse<String> now;
        do {
            assertTrue(System.nanoTime() < end, "no picture comes out of session " + key);
            produce(key, ContractCase.jpeg(64, 48), "image/jpeg");
            now = hub.fetch("/api/v1/sessions/" + key);
        } while (now.statusCode() != 200 || Json.MAPPER.readTree(now.body()).get("frames_out").asLong() <= made);
    }

    /** Why the records of a key were put aside, oldest first. */
    private static List<String> deadLetters(String topic, String key, int number) {
        try (var consumer = new KafkaConsumer<>(broker(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream().map(each -> new TopicPartition(topic, each.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            List<String> reasons = new ArrayList<>();
            long end = System.nanoTime() + LIMIT.toNanos();
            while (reasons.size() < number) {
                assertTrue(System.nanoTime() < end, "only " + reasons);
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    if (Arrays.equals(record.key(), key.getBytes(StandardCharsets.UTF_8))) {
                        reasons.add(new String(record.headers().lastHeader("caravan-error").value(), StandardCharsets.UTF_8));
                    }
                }
            }
            return reasons;
        }
    }
}
