package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Sessions without a client, and pictures by POST. */
class SessionContractTest extends ContractCase {

    @Test
    void theHeadlessSessionGivesPicturesAndNumbers() throws Exception {
        load("test-card");

        HttpResponse<String> started = post("/api/v1/session/start", "{'pipeline_id':'test-card','prompts':[{'text':'a boat'}]}");

        assertEquals(200, started.statusCode(), started.body());
        assertEquals("text", json(started).get("input_mode").asText());
        awaitStatus("/api/v1/session/frame?quality=50", 200);
        assertEquals(576, ImageIO.read(new ByteArrayInputStream(bytes("/api/v1/session/frame").body())).getWidth());
        awaitGrowth("/api/v1/session/metrics", "/sessions/headless/frames_out");
        assertEquals(422, hub.fetch("/api/v1/session/frame?quality=101").statusCode());
        HttpResponse<String> applied = post("/api/v1/session/parameters", "{'noise_scale':0.2,'custom':{'a':1}}");
        assertEquals("{\"noise_scale\":0.2,\"custom\":{\"a\":1}}", json(applied).get("applied_parameters").toString());
        assertEquals(0.2, get("/api/v1/session/parameters").at("/parameters/noise_scale").asDouble());
        assertDetail(400, "No parameters provided", post("/api/v1/session/parameters", "{}"));
        assertEquals(422, post("/api/v1/session/parameters", "{'noise_scale':'high'}").statusCode());
        assertEquals(200, post("/api/v1/session/stop", "").statusCode());
        assertDetail(404, "No active headless session", post("/api/v1/session/stop", ""));
        assertEquals(422, post("/api/v1/session/start", "{}").statusCode());
    }

    @Test
    void aPictureThatIsPostedComesOutOfItsSession() throws Exception {
        load("passthrough");
        post("/api/v1/sessions", "{'id':'show'}");

        HttpResponse<String> taken = frame("show", jpeg(64, 48), "image/jpeg");

        assertEquals(202, taken.statusCode(), taken.body());
        assertEquals("show", json(taken).get("session_id").asText());
        awaitStatus("/api/v1/sessions/show/frame", 200);
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(bytes("/api/v1/sessions/show/frame").body()));
        assertEquals(64, picture.getWidth());
        assertEquals(32, ImageIO.read(new ByteArrayInputStream(bytes("/api/v1/sessions/show/frame?width=32").body())).getWidth());
    }

    @Test
    void theOutlineOfAPostedPictureComesOutOfInference() throws Exception {
        load("edges");
        post("/api/v1/sessions", "{'id':'show'}");
        BufferedImage halves = new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 32 * 48; i++) {
            halves.setRGB(32 + i % 32, i / 32, 0xFFFFFF);
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(halves, "png", png);

        assertEquals(202, frame("show", png.toByteArray(), "image/png").statusCode());

        awaitStatus("/api/v1/sessions/show/frame", 200);
        BufferedImage lines = ImageIO.read(new ByteArrayInputStream(bytes("/api/v1/sessions/show/frame").body()));
        assertTrue((lines.getRGB(31, 24) & 255) > 200 && (lines.getRGB(32, 24) & 255) > 200);
        assertTrue((lines.getRGB(8, 24) & 255) < 50 && (lines.getRGB(56, 24) & 255) < 50);
    }

    @Test
    void aPictureThatCannotBeTakenIsRefusedAndTheSessionGoesOn() throws Exception {
        load("passthrough");
        post("/api/v1/sessions", "{'id':'show'}");

        assertDetail(404, "Session ghost not found", frame("ghost", jpeg(8, 8), "image/jpeg"));
        assertEquals(415, frame("show", jpeg(8, 8), "text/plain").statusCode());
        assertEquals(400, frame("show", random(1 << 20), "image/jpeg").statusCode());
        assertEquals(400, frame("show", new byte[0], "image/jpeg").statusCode());
        assertEquals(413, frame("show", new byte[(8 << 20) + 1], "image/jpeg").statusCode());
        for (HttpResponse<String> refused : List.of(frame("show", random(99), "image/png"), frame("show", new byte[0], "image/png"))) {
            assertTrue(json(refused).get("detail").isTextual(), refused.body());
        }
        assertEquals(202, frame("show", jpeg(16, 16), "application/octet-stream").statusCode());
        awaitStatus("/api/v1/sessions/show/frame", 200);
    }

    @Test
    void aHeaderOfTheClientDoesNotChooseTheSession() throws Exception {
        load("passthrough");
        post("/api/v1/sessions", "{'id':'show'}");
        post("/api/v1/sessions", "{'id':'other'}");

        HttpResponse<String> taken = frame("show", jpeg(16, 16), "image/jpeg", "CaravanSessionId", "other", "id", "other");

        assertEquals("show", json(taken).get("session_id").asText());
        awaitStatus("/api/v1/sessions/show/frame", 200);
        assertEquals(404, hub.fetch("/api/v1/sessions/other/frame").statusCode());
    }
}
