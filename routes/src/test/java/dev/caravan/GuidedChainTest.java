package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.SessionRecorder.Made;
import dev.caravan.api.Json;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code edges} before a {@code longlive} that is guided by what it gets, on small random weights. */
@Timeout(120)
class GuidedChainTest {

    /** What a stream makes first: 3 latent frames of 4 pictures, only the first of them is one. */
    private static final int FIRST_CHUNK = 9;

    private static final String CHAIN = "['edges','longlive']";
    private static final String GUIDED = "'input_mode':'video','vace_enabled':true,'vace_use_input_video':true";

    private static TestHub hub;
    private static HubClient client;
    private static SessionRecorder recorder;

    private final List<String> open = new ArrayList<>();

    @BeforeAll
    static void load() throws Exception {
        hub = TinySet.hub();
        client = new HubClient(hub.running().baseUri());
        recorder = new SessionRecorder(hub);
        hub.post("/api/v1/pipeline/load", """
                {"pipelines": [
                  {"node_id": "edges", "pipeline_id": "edges"},
                  {"node_id": "longlive", "pipeline_id": "longlive",
                   "load_params": {"height": 64, "width": 64, "vae_type": "lighttae", "vace_enabled": true}}]}""");
        JsonNode status = client.await("/api/v1/pipeline/status", now -> !now.get("status").asText().equals("loading"));
        assertEquals("loaded", status.get("status").asText(), status::toString);
    }

    @AfterAll
    static void stop() {
        recorder.close();
        client.close();
        hub.close();
    }

    @AfterEach
    void closeSessions() throws Exception {
        for (String id : open) {
            client.send("DELETE", "/api/v1/sessions/" + id, "");
        }
        client.awaitNoSessions();
    }

    @Test
    void whatGuidesIsWhatTheNodeBeforeMadeOfTheInput() throws Exception {
        SortedMap<Long, Made> red = made(CHAIN, GUIDED, Color.RED, 0);

        // Edges sees no line in one colour, whichever it is.
        assertSame(red, made(CHAIN, GUIDED, Color.BLUE, 0));
        assertOther(red, made(CHAIN, GUIDED, Color.RED, 40));
        // Without it the colours themselves guide.
        assertOther(made("['longlive']", GUIDED, Color.RED, 0), made("['longlive']", GUIDED, Color.BLUE, 0));
    }

    @Test
    void theSameSeedMakesOtherPicturesWhenNothingGuides() throws Exception {
        SortedMap<Long, Made> guided = made(CHAIN, GUIDED, Color.RED, 40);

        String free = session(CHAIN, "'input_mode':'text'");
        client.await("/api/v1/sessions/" + free, session -> session.get("frames_out").asLong() >= FIRST_CHUNK);
        assertOther(guided, recorder.first(free, FIRST_CHUNK));
        assertOther(guided, made(CHAIN, GUIDED + ",'vace_context_scale':0.0", Color.RED, 40));
    }

    /** The first pictures of a new session that is sent a disk on a ground of one colour. */
    private SortedMap<Long, Made> made(String pipelines, String parameters, Color ground, int disk) throws Exception {
        String id = session(pipelines, parameters);
        byte[] picture = picture(ground, disk);
        do {
            HttpResponse<String> taken = hub.send("POST", "/api/v1/sessions/" + id + "/frames",
                    BodyPublishers.ofByteArray(picture), "Content-Type", "image/png");
            assertEquals(202, taken.statusCode(), taken.body());
        } while (client.get("/api/v1/sessions/" + id).get("frames_out").asLong() < FIRST_CHUNK);
        return recorder.first(id, FIRST_CHUNK);
    }

    private static void assertSame(SortedMap<Long, Made> one, SortedMap<Long, Made> other) {
        common(one, other).forEach(frame -> assertEquals(one.get(frame).digest(), other.get(frame).digest(), "frame " + frame));
    }

    private static void assertOther(SortedMap<Long, Made> one, SortedMap<Long, Made> other) {
        common(one, other).forEach(frame -> assertNotEquals(one.get(frame).digest(), other.get(frame).digest(), "frame " + frame));
    }

    private static Set<Long> common(SortedMap<Long, Made> one, SortedMap<Long, Made> other) {
        Set<Long> both = new TreeSet<>(one.keySet());
        both.retainAll(other.keySet());
        assertFalse(both.isEmpty(), () -> one + " and " + other + " have no frame in common");
        return both;
    }

    private String session(String pipelines, String parameters) throws Exception {
        String body = "{'pipeline_ids':" + pipelines + ",'parameters':{'prompts':[{'text':'a boat'}]," + parameters + "}}";
        HttpResponse<String> opened = client.send("POST", "/api/v1/sessions", body.replace('\'', '"'));
        assertEquals(201, opened.statusCode(), opened.body());
        open.add(Json.MAPPER.readTree(opened.body()).get("id").asText());
        return open.getLast();
    }

    private static byte[] picture(Color ground, int disk) throws IOException {
        BufferedImage picture = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(ground);
        graphics.fillRect(0, 0, 64, 64);
        graphics.setColor(Color.WHITE);
        graphics.fillOval(32 - disk / 2, 32 - disk / 2, disk, disk);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", png);
        return png.toByteArray();
    }
}
