package dev.caravan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.api.Json;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.webrtc.Candidate;
import dev.caravan.processors.webrtc.libwebrtc.TestPeer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Talks to a hub as its published clients do: JSON over HTTP, and WebRTC with that for signalling. Thread-safe. */
final class HubClient implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final URI hub;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    HubClient(URI hub) {
        this.hub = hub;
    }

    HttpResponse<String> send(String method, String path, String body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(hub.resolve(path))
                        .timeout(LIMIT)
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return json(send("GET", path, ""), 200);
    }

    void load(String pipelineId) throws Exception {
        json(send("POST", "/api/v1/pipeline/load", "{\"pipeline_ids\":[\"" + pipelineId + "\"]}"), 200);
        await("/api/v1/pipeline/status", status -> status.get("status").asText().equals("loaded"));
    }

    /** Asks until the answer is as wanted. */
    JsonNode await(String path, Predicate<JsonNode> wanted) throws IOException, InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        JsonNode last = get(path);
        while (!wanted.test(last)) {
            if (System.nanoTime() > end) {
                throw new AssertionError(path + " is still " + last);
            }
            TimeUnit.MILLISECONDS.sleep(20);
            last = get(path);
        }
        return last;
    }

    void awaitNoSessions() throws IOException, InterruptedException {
        await("/api/v1/sessions", list -> list.get("sessions").isEmpty());
    }

    /** A peer of this hub, offered with these parameters; connected with its data channel open when this returns. */
    Connected connect(TestPeer.Offers offers, ObjectNode parameters) throws Exception {
        Signalling signalling = new Signalling(parameters);
        TestPeer peer = new TestPeer(offers);
        try {
            peer.connect(signalling).awaitChannelOpen();
        } catch (Exception | AssertionError e) {
            peer.close();
            throw e;
        }
        return new Connected(peer, signalling.id);
    }

    Connected connect() throws Exception {
        return connect(TestPeer.Offers.SEND_AND_RECEIVE, Json.MAPPER.createObjectNode());
    }

    private static JsonNode json(HttpResponse<String> answer, int status) {
        if (answer.statusCode() != status) {
            throw new AssertionError(answer.uri() + ": " + answer.statusCode() + " " + answer.body());
        }
        return Json.read(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        http.close();
    }

    /** A picture of one grey. */
    static Picture.I420 grey(int width, int height, int luma) {
        byte[] data = new byte[Picture.I420.size(width, height)];
        Arrays.fill(data, (byte) 128);
        Arrays.fill(data, 0, width * height, (byte) luma);
        return new Picture.I420(width, height, data);
    }

    /** Whether the middle of a picture is of about this grey; codecs lose a little. */
    static boolean isGrey(Picture.I420 picture, int luma) {
        int middle = picture.data()[picture.width() * (picture.height() / 2) + picture.width() / 2] & 0xFF;
        return Math.abs(middle - luma) <= 6;
    }

    /** A peer with the id the hub gave it; closing it closes the client's end and nothing else, as a browser does. */
    record Connected(TestPeer peer, String id) implements AutoCloseable {
        @Override
        public void close() {
            peer.close();
        }
    }

    private final class Signalling implements TestPeer.Hub {

        private final ObjectNode parameters;
        private String id = "";

        Signalling(ObjectNode parameters) {
            this.parameters = parameters;
        }

        @Override
        public String answer(String offer) throws Exception {
            ObjectNode body = Json.MAPPER.createObjectNode().put("sdp", offer).put("type", "offer");
            body.set("initialParameters", parameters);
            JsonNode answer = json(send("POST", "/api/v1/webrtc/offer", body.toString()), 200);
            id = answer.get("sessionId").asText();
            return answer.get("sdp").asText();
        }

        @Override
        public void candidates(List<Candidate> candidates) throws Exception {
            ObjectNode body = Json.MAPPER.createObjectNode();
            for (Candidate candidate : candidates) {
                ObjectNode each = body.withArrayProperty("candidates").addObject().put("candidate", candidate.line());
                candidate.mid().ifPresent(mid -> each.put("sdpMid", mid));
                candidate.mLineIndex().ifPresent(index -> each.put("sdpMLineIndex", index));
            }
            HttpResponse<String> answer = send("PATCH", "/api/v1/webrtc/offer/" + id, body.toString());
            if (answer.statusCode() != 204) {
                throw new AssertionError(answer.statusCode() + " " + answer.body());
            }
        }
    }
}
