package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.api.Json;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens over HTTP (contract §1.9): kept, used and never told. */
@Timeout(60)
class KeyContractTest {

    private static final String SECRET = "civ_kept_to_ourselves";

    @TempDir
    static Path data;

    static WebStandIn civitai;
    static TestHub hub;

    @BeforeAll
    static void start() throws Exception {
        civitai = new WebStandIn();
        hub = TestHub.startIn(data, "--hf-token=hf_of_the_settings", "--civitai-endpoint=" + civitai.uri(""));
    }

    @AfterAll
    static void stop() {
        hub.close();
        civitai.close();
    }

    @Test
    void aTokenIsStoredForItsOwnerAloneUsedAtOnceAndRemoved() throws Exception {
        assertAnswer(404, "No CivitAI token to remove", remove("civitai"));
        HttpResponse<String> saved = put("civitai", "{\"value\":\" " + SECRET + " \"}");

        assertEquals(200, saved.statusCode(), saved.body());
        assertEquals("CivitAI token saved", json(saved).get("message").asText());
        assertTrue(json(saved).get("success").asBoolean());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("civitai_token"))));
        JsonNode key = hub.get("/api/v1/keys").at("/keys/1"); // 129
        assertEquals("civitai stored true", key.get("id").asText() + " " + key.get("source").asText() + " " + key.get("is_set"));
        hub.post("/api/v1/loras", "{\"url\":\"https://civitai.com/api/download/models/3\"}", "Content-Type", "application/json");
        assertEquals("GET /api/download/models/3?token=" + SECRET, civitai.requests.getLast());
        assertEquals("CivitAI token removed", json(remove("civitai")).get("message").asText());
        assertFalse(hub.get("/api/v1/keys").at("/keys/1/is_set").asBoolean());
        hub.post("/api/v1/loras", "{\"url\":\"https://civitai.com/api/download/models/3\"}", "Content-Type", "application/json");
        assertEquals("GET /api/download/models/3", civitai.requests.getLast());
    }

    @Test
    void aTokenOfTheSettingsStaysAsItIs() throws Exception {
        assertAnswer(409, "HF_TOKEN environment variable is already set. Remove it to manage this key from the UI.",
                put("huggingface", "{\"value\":\"x\"}"));
        assertAnswer(409, "Cannot remove token set via HF_TOKEN environment variable. Unset the environment variable instead.",
                remove("huggingface"));
        assertFalse(Files.exists(data.resolve("huggingface_token")));
    }

    @Test
    void anUnknownServiceIsNotFound() throws Exception {
        assertAnswer(404, "Unknown service: ../civitai", put("..%2fcivitai", "{\"value\":\"x\"}"));
        assertAnswer(404, "Unknown service: fal", remove("fal"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{}", "{\"value\":\"\"}", "{\"value\":null}", "{\"value\":[\"" + SECRET + "\"]}", "{\"value\":\"" + SECRET + "\\r\\nX-Evil: 1\"}",
        "{\"value\":\"" + SECRET + " twice\"}", "\"" + SECRET + "\"", SECRET, "{\"" + SECRET + "\":",
    })
    void whatIsNoTokenIsRefusedAndNotRepeated(String body) {
        HttpResponse<String> reply = put("civitai", body);

        assertEquals(422, reply.statusCode(), reply.body());
        assertFalse(reply.body().contains(SECRET), reply.body());
        assertFalse(Files.exists(data.resolve("civitai_token")));
    }

    private static HttpResponse<String> put(String service, String body) {
        return hub.send("PUT", "/api/v1/keys/" + service, BodyPublishers.ofString(body), "Content-Type", "application/json");
    }

    private static HttpResponse<String> remove(String service) {
        return hub.send("DELETE", "/api/v1/keys/" + service, BodyPublishers.noBody());
    }

    private static JsonNode json(HttpResponse<String> reply) throws Exception {
        return Json.MAPPER.readTree(reply.body());
    }

    private static void assertAnswer(int status, String detail, HttpResponse<String> reply) throws Exception {
        assertEquals(status, reply.statusCode(), reply.body());
        assertEquals(detail, json(reply).get("detail").asText());
    }
}
