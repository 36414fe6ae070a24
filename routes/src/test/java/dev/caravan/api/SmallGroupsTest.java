package dev.caravan.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.TestHub;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logs, keys, onboarding, hardware, and what the hub does not have. */
class SmallGroupsTest {

    static TestHub hub;

    @BeforeAll
    static void start() {
        hub = TestHub.start("--hf-token=hf_very_secret");
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/cloud/status, /connected, false", "/api/v1/plugins, /total, 0", "/api/v1/osc/status, /enabled, false",
        "/api/v1/osc/paths, /active_pipeline_ids, []", "/api/v1/dmx/status, /preferred_port, 6454", "/api/v1/dmx/config, /mappings, []",
        "/api/v1/tempo/status, /beats_per_bar, 4", "/api/v1/tempo/sources, /sources/link/available, false",
        "/api/v1/input-sources, /input_sources/0/available, false",
    })
    void whatIsNotHereSaysSoInTheContractsShape(String path, String pointer, String value) {
        assertEquals(value, hub.get(path).at(pointer).toString());
    }

    @Test
    void keysTellThatTheyAreSetAndNothingMore() {
        JsonNode keys = hub.get("/api/v1/keys");
        assertTrue(keys.at("/keys/0/is_set").asBoolean());
        assertEquals("HF_TOKEN", keys.at("/keys/0/env_var").asText());
        assertFalse(keys.at("/keys/1/is_set").asBoolean());
        assertTrue(keys.at("/keys/1/source").isNull());
        assertFalse(keys.toString().contains("secret"));
    }

    @Test
    void onboardingKeepsWhatItIsToldAndNothingElse() {
        assertTrue(hub.get("/api/v1/onboarding/status").get("completed").asBoolean());
        HttpResponse<String> put = hub.send(
                "PUT",
                "/api/v1/onboarding/status",
                BodyPublishers.ofString("{\"completed\":false,\"use_case\":\"stage\",\"inference_mode\":null,\"other\":1}"));
        assertEquals(200, put.statusCode(), put::body);
        JsonNode status = hub.get("/api/v1/onboarding/status");
        assertFalse(status.get("completed").asBoolean());
        assertEquals("stage", status.get("use_case").asText());
        assertEquals("local", status.get("inference_mode").asText());
        assertFalse(status.has("other"));
        assertEquals(422, hub.send("PUT", "/api/v1/onboarding/status", BodyPublishers.ofString("{\"completed\":\"x\"}")).statusCode());
    }

    @ParameterizedTest
    @CsvSource({"lines=0", "lines=1001", "lines=x", "since_offset=-1"})
    void aTailOutOfRangeIsAFault(String query) {
        assertEquals(422, hub.status("/api/v1/logs/tail?" + query));
    }

    @Test
    void aTailFollowsTheFile(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("caravan.log");
        LogsApi logs = new LogsApi(file);
        assertEquals("{\"lines\":[],\"offset\":0}", sorted(logs.tail(10, 0)));
        Files.writeString(file, "one\n\ntwo\nthree\n");
        assertEquals("{\"lines\":[\"two\",\"three\"],\"offset\":15}", sorted(logs.tail(2, 0)));
        Files.writeString(file, "four\n", StandardOpenOption.APPEND);
        assertEquals("{\"lines\":[\"four\"],\"offset\":20}", sorted(logs.tail(10, 15)));
        assertEquals("{\"lines\":[],\"offset\":20}", sorted(logs.tail(10, 20)));
        Files.writeString(file, "new\n");
        assertEquals("{\"lines\":[],\"offset\":4}", sorted(logs.tail(10, 20)), "rotated");
    }

    private static String sorted(Reply reply) {
        JsonNode json = Json.read(((Reply.Bytes) reply.body()).bytes());
        return "{\"lines\":" + json.get("lines") + ",\"offset\":" + json.get("offset") + "}";
    }

    @Test
    void theDriversToolIsReadLineByLine() {
        assertEquals(Optional.of(new Gpu("NVIDIA L4, rev 2", 23034)), Gpu.parse("NVIDIA L4, rev 2, 23034\nother, 1\n"));
        assertEquals(22.5, Gpu.parse("NVIDIA L4, 23034").orElseThrow().vramGb());
        assertEquals(Optional.empty(), Gpu.parse("NVIDIA-SMI has failed because it couldn't communicate with the driver."));
        assertEquals(Optional.empty(), Gpu.parse(""));
    }
}
