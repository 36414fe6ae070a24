package dev.caravan.monitoring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.TestHub;
import dev.caravan.api.Json;
import dev.caravan.processors.webrtc.Candidate;
import dev.caravan.processors.webrtc.libwebrtc.TestPeer;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** A session that makes pictures by itself, with a viewer, fed and steered by REST. */
final class Live implements AutoCloseable {

    private static final String SESSION = "/api/v1/sessions/live";

    private final TestHub hub;
    private final String[] token;
    private final TestPeer viewer = new TestPeer(TestPeer.Offers.RECEIVE_ONLY);
    private long sequence;

    private Live(TestHub hub, String[] token) {
        this.hub = hub;
        this.token = token;
    }

    /** @param token the header of an operator */
    static Live start(TestHub hub, String[] token) throws Exception {
        Live live = new Live(hub, token);
        live.post("/api/v1/sessions", "{\"id\":\"live\",\"parameters\":{\"input_mode\":\"text\"}}", 201);
        live.viewer.connect(live.new Signalling());
        return live;
    }

    /** One more frame and one more control. */
    void goOn() {
        String[] headers = with("Content-Type", "video/raw;format=rgb24", "caravan-width", "4", "caravan-height", "2",
                "caravan-seq", Long.toString(++sequence), "caravan-timestamp-ms", "1");
        assertEquals(202, hub.send("POST", SESSION + "/frames", BodyPublishers.ofByteArray(new byte[4 * 2 * 3]), headers).statusCode());
        post(SESSION + "/parameters", "{\"prompts\":[{\"text\":\"a harbour at night\",\"weight\":1}]}", 200);
    }

    private JsonNode post(String path, String body, int status) {
        return answered(hub.post(path, body, with("Content-Type", "application/json")), status);
    }

    private static JsonNode answered(HttpResponse<String> answer, int status) {
        assertEquals(status, answer.statusCode(), answer.body());
        return Json.MAPPER.valueToTree(answer.body().isEmpty() ? null : Json.read(answer.body().getBytes(StandardCharsets.UTF_8)));
    }

    private String[] with(String... headers) {
        return Stream.of(headers, token).flatMap(Stream::of).toArray(String[]::new);
    }

    @Override
    public void close() {
        viewer.close();
    }

    private final class Signalling implements TestPeer.Hub {

        private String id = "";

        @Override
        public String answer(String offer) {
            ObjectNode body = Json.MAPPER.createObjectNode().put("sdp", offer).put("type", "offer");
            body.putObject("initialParameters").put("watch", "live");
            JsonNode answer = post("/api/v1/webrtc/offer", body.toString(), 200);
            id = answer.get("sessionId").asText();
            return answer.get("sdp").asText();
        }

        @Override
        public void candidates(List<Candidate> candidates) {
            ObjectNode body = Json.MAPPER.createObjectNode();
            for (Candidate candidate : candidates) {
                ObjectNode each = body.withArrayProperty("candidates").addObject().put("candidate", candidate.line());
                candidate.mid().ifPresent(mid -> each.put("sdpMid", mid));
                candidate.mLineIndex().ifPresent(index -> each.put("sdpMLineIndex", index));
            }
            answered(hub.send("PATCH", "/api/v1/webrtc/offer/" + id, BodyPublishers.ofString(body.toString()),
                    with("Content-Type", "application/json")), 204);
        }
    }
}
