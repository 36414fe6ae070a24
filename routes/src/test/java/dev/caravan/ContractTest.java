package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.api.Json;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The wire contract over HTTP, line by line (numbers are those of its checklist), against a whole hub. */
@Timeout(120)
class ContractTest {

    private static final int MAX_ASSET_MB = 50;

    @TempDir
    private static Path data;

    private static TestHub hub;
    private static String offerSdp;

    @BeforeAll
    static void start() throws Exception {
        hub = TestHub.startIn(data, "--max-asset-mb=" + MAX_ASSET_MB);
        try (InputStream sdp = ContractTest.class.getResourceAsStream("/sdp/chrome-sendrecv.sdp")) {
            offerSdp = new String(sdp.readAllBytes(), StandardCharsets.UTF_8).replace("\n", "\r\n");
        }
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @AfterEach
    void closeSessions() throws Exception {
        for (JsonNode session : get("/api/v1/sessions").get("sessions")) {
            hub.send("DELETE", "/api/v1/sessions/" + session.get("id").asText(), BodyPublishers.noBody());
        }
        await("/api/v1/sessions", "/sessions/0", "");
    }

    // 15-18, 26, 29, 30

    @ParameterizedTest
    @ValueSource(strings = {
        "{'pipeline_id':'passthrough','load_params':{'height':320,'seed':7,'unknown':[1]}}",
        "{'pipeline_ids':['passthrough'],'load_params':{'height':320,'seed':7,'unknown':[1]},'user_id':null}",
        "{'pipelines':[{'node_id':'passthrough','pipeline_id':'passthrough','load_params':{'height':320,'seed':7,'unknown':[1]}}]}",
    })
    void everyFormOfALoadEndsLoaded(String body) throws Exception {
        HttpResponse<String> reply = post("/api/v1/pipeline/load", body);

        assertEquals(200, reply.statusCode());
        assertEquals("{\"message\":\"Pipeline loading initiated successfully\"}", reply.body());
        JsonNode status = await("/api/v1/pipeline/status", "/status", "loaded");
        assertEquals("passthrough", status.get("pipeline_id").asText());
        assertEquals("{\"height\":320,\"seed\":7,\"unknown\":[1]}", status.get("load_params").toString());
        for (String key : List.of("loaded_lora_adapters", "error", "loading_stage", "produces_video", "produces_audio")) {
            assertTrue(status.has(key), key);
        }
    }

    @Test
    void aLoadThatNamesNothingIs400AndOneOfWrongTypesIs422() throws Exception {
        HttpResponse<String> empty = post("/api/v1/pipeline/load", "{}"); // 19
        HttpResponse<String> wrong = post("/api/v1/pipeline/load", "{'pipeline_ids':3}"); // 9
        HttpResponse<String> broken = post("/api/v1/pipeline/load", "{'pipeline_ids':");

        assertDetail(400, "Either 'pipelines' or 'pipeline_ids' must be provided", empty);
        assertEquals(422, wrong.statusCode());
        assertEquals("[\"body\",\"pipeline_ids\"]", json(wrong).at("/detail/0/loc").toString());
        assertEquals(422, broken.statusCode());
        assertEquals("json_invalid", json(broken).at("/detail/0/type").asText());
    }

    @Test
    void anUnknownPipelineEndsInAnErrorAndTheNextLoadSucceeds() throws Exception {
        assertEquals(200, post("/api/v1/pipeline/load", "{'pipeline_id':'nonsense'}").statusCode());
        assertFalse(await("/api/v1/pipeline/status", "/status", "error").get("error").asText().isEmpty()); // 31, 32

        load("passthrough"); // 33
    }

    @Test
    void aPipelineWithoutItsFilesSaysWhichAreMissing() throws Exception {
        post("/api/v1/pipeline/load", "{'pipeline_id':'longlive','load_params':{'height':320,'width':576,'vace_enabled':false}}");

        String error = await("/api/v1/pipeline/status", "/status", "error").get("error").asText();

        assertTrue(error.contains("longlive"), error);
    }

    @Test
    void severalPipelinesAreResidentAtOnceAndOneMayBeTwice() throws Exception {
        load("gray", "passthrough"); // 36
        post("/api/v1/pipeline/load", // 37
                "{'pipelines':[{'node_id':'a','pipeline_id':'passthrough'},{'node_id':'b','pipeline_id':'passthrough'}]}");
        await("/api/v1/pipeline/status", "/pipeline_id", "a");
        await("/api/v1/pipeline/status", "/status", "loaded");

        assertEquals(201, post("/api/v1/sessions", "{'pipeline_ids':['b']}").statusCode());
    }

    @Test
    void theLaterOfTwoLoadsWins() throws Exception {
        post("/api/v1/pipeline/load", "{'pipeline_id':'test-card'}"); // 38
        post("/api/v1/pipeline/load", "{'pipeline_id':'passthrough'}");

        JsonNode status = await("/api/v1/pipeline/status", "/status", "loaded");

        assertEquals("passthrough", status.get("pipeline_id").asText());
    }

    @Test
    void everyPipelineHasASchemaAndIsANode() throws Exception {
        JsonNode schemas = get("/api/v1/pipelines/schemas").get("pipelines"); // 39, 40, 43
        JsonNode nodes = get("/api/v1/nodes/definitions").get("nodes"); // 44

        assertTrue(schemas.size() >= 12, schemas.size() + " pipelines");
        schemas.forEach(schema -> {
            assertTrue(schema.at("/config_schema/properties/height/default").isNumber(), schema.get("id").asText());
            assertTrue(schema.get("supported_modes").toString().contains(schema.get("default_mode").asText()));
        });
        assertEquals(schemas.size() + 1, nodes.size());
        assertEquals("longlive", nodes.findValues("pipeline_meta").stream()
                .filter(meta -> meta.path("id").asText().equals("longlive")).findFirst().orElseThrow().get("id").asText());
    }

    // 45, 46

    @Test
    void modelStatusKnowsWhatIsMissing() throws Exception {
        assertEquals(
                "{\"downloaded\":true,\"progress\":null}", hub.fetch("/api/v1/models/status?pipeline_id=passthrough").body());
        assertFalse(get("/api/v1/models/status?pipeline_id=longlive").get("downloaded").asBoolean());
        assertEquals(422, hub.fetch("/api/v1/models/status").statusCode());
    }

    // 52-58, 71

    @Test
    void iceServersCanBeUsedUnchanged() throws Exception {
        JsonNode servers = get("/api/v1/webrtc/ice-servers").get("iceServers");

        assertTrue(servers.get(0).get("urls").get(0).asText().startsWith("stun:"), servers.toString());
        assertFalse(servers.get(0).has("username"), "null would become the user name \"null\"");
    }

    @Test
    void anOfferIsAnsweredAndItsSessionLivesUntilItIsDeleted() throws Exception {
        load("passthrough");

        HttpResponse<String> reply = offer("{'input_mode':'video','prompts':[{'text':'x','weight':1.0}],"
                + "'denoising_step_list':[1000,750,500,250],'manage_cache':true,'noise_controller':true,'kv_cache_attention_bias':0.3,"
                + "'vace_use_input_video':false,'vace_context_scale':1.0,'vace_ref_images':['/assets/a.png'],'anything':{'at':'all'}}");

        assertEquals(200, reply.statusCode(), reply.body());
        assertEquals("answer", json(reply).get("type").asText());
        String id = json(reply).get("sessionId").asText();
        String sdp = json(reply).get("sdp").asText();
        assertTrue(sdp.contains("a=candidate:") && sdp.contains("typ host"), "a client has no other way to learn candidates");
        assertTrue(sdp.indexOf("m=video") < sdp.indexOf("m=application"), "the order of the offer");
        assertTrue(sdp.contains("a=sendrecv") && sdp.contains("a=msid:"), sdp);
        assertFalse(sdp.contains("m=audio"), "none was offered"); // 69
        assertEquals("[\"webrtc:" + id + "\"]", get("/api/v1/sessions/" + id).get("viewers").toString());
        assertEquals(id, get("/api/v1/sessions/" + id).at("/peers/0/id").asText());
        assertEquals(204, hub.send("DELETE", "/api/v1/webrtc/offer/" + id, BodyPublishers.noBody()).statusCode());
        await("/api/v1/sessions", "/sessions/0", "");
    }

    @Test
    void anOfferOfAPageWithItsGraphRunsThePipelineUnderItsNodeId() throws Exception {
        post("/api/v1/pipeline/load", "{'pipelines':[{'node_id':'n1','pipeline_id':'passthrough','load_params':{}}]}");
        await("/api/v1/pipeline/status", "/pipeline_id", "n1");
        await("/api/v1/pipeline/status", "/status", "loaded");

        HttpResponse<String> reply = offer("{'pipeline_ids':['passthrough'],'graph':{'nodes':[" // 108
                + "{'id':'input','type':'source','source_mode':'video'},{'id':'n1','type':'pipeline','pipeline_id':'passthrough'},"
                + "{'id':'output','type':'sink'}],'edges':[{'from':'input','from_port':'video','to_node':'n1','to_port':'video'},"
                + "{'from':'n1','from_port':'video','to_node':'output','to_port':'video'}]}}");

        assertEquals(200, reply.statusCode(), reply.body());
        String id = json(reply).get("sessionId").asText();
        assertEquals("[\"n1\"]", get("/api/v1/sessions/" + id).get("pipelines").toString());
    }

    @Test
    void anOfferThatCannotBeServedSaysWhy() throws Exception {
        load("passthrough");

        assertEquals(422, offer("{'noise_scale':1.5}").statusCode()); // 77
        assertEquals(422, offer("{'input_mode':'camera'}").statusCode()); // 78
        assertEquals(
                "[\"body\",\"initialParameters\",\"noise_scale\"]", json(offer("{'noise_scale':1.5}")).at("/detail/0/loc").toString());
        HttpResponse<String> record = offer("{'graph':{'nodes':[{'id':'p','type':'pipeline','pipeline_id':'passthrough'}," // 110
                + "{'id':'rec','type':'record'},{'id':'o','type':'sink'}],'edges':[{'from':'p','to_node':'o'}]}}");
        assertEquals(400, record.statusCode());
        assertTrue(record.body().contains("rec"), record.body());
        assertDetail(404, "Session ghost not found", offer("{'watch':'ghost'}"));
        assertEquals(422, post("/api/v1/webrtc/offer", "{'type':'offer'}").statusCode());
        assertEquals(0, get("/api/v1/sessions").get("sessions").size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not an sdp", "v=0\\r\\no=- 1 1 IN IP4 127.0.0.1\\r\\ns=-\\r\\nt=0 0\\r\\nm=video 9 UDP/TLS/RTP/SAVPF 96\\r\\n"})
    void aMalformedSdpIsRefusedInOneLineAndLeavesNoSession(String sdp) throws Exception {
        load("passthrough");

        HttpResponse<String> reply = post("/api/v1/webrtc/offer", "{'sdp':'" + sdp + "','type':'offer'}");

        assertEquals(400, reply.statusCode(), reply.body());
        String detail = json(reply).get("detail").asText();
        assertFalse(detail.isEmpty() || detail.contains("\n"), detail);
        await("/api/v1/sessions", "/sessions/0", "");
    }

    @Test
    void aWatcherNeedsNoLoadedPipelineButASession() throws Exception {
        load("passthrough");
        post("/api/v1/sessions", "{'id':'show'}");

        HttpResponse<String> reply = offer("{'watch':'show'}");

        assertEquals(200, reply.statusCode(), reply.body());
        String peer = json(reply).get("sessionId").asText();
        assertEquals("[\"webrtc:" + peer + "\"]", get("/api/v1/sessions/show").get("viewers").toString());
        hub.send("DELETE", "/api/v1/webrtc/offer/" + peer, BodyPublishers.noBody());
        await("/api/v1/sessions/show", "/viewers/0", "");
    }

    // 59-65

    @Test
    void candidatesAreTakenOneByOneAndTogether() throws Exception {
        load("passthrough");
        String path = "/api/v1/webrtc/offer/" + json(offer("{}")).get("sessionId").asText();
        String one = "{'candidate':'candidate:1 1 udp 2122260223 192.0.2.1 50000 typ host','sdpMid':'0','sdpMLineIndex':0}";
        String bare = "{'candidate':'2 1 udp 2122260222 192.0.2.2 50001 typ host','sdpMid':null,'sdpMLineIndex':null}";
        String mdns = "{'candidate':'candidate:3 1 udp 1 0f1d-a.local 50002 typ host','sdpMid':'0','sdpMLineIndex':0}";
        String last = "{'candidate':'','sdpMid':'0','sdpMLineIndex':0}";

        for (String candidates : List.of(one, bare, mdns, last, String.join(",", one, bare, last))) {
            HttpResponse<String> reply = patch(path, "{'candidates':[" + candidates + "]}");
            assertEquals(204, reply.statusCode(), candidates + reply.body());
            assertEquals("", reply.body());
        }
        assertEquals(404, patch(path, "{'candidates':[{'candidate':'nonsense'}]}").statusCode());
        assertEquals(422, patch(path, "{'candidates':{}}").statusCode());
        assertDetail(404, "Session ghost not found", patch("/api/v1/webrtc/offer/ghost", "{'candidates':[" + one + "]}")); // 62
    }

    @Test
    void deletingAnUnknownOfferIsFine() throws Exception {
        assertEquals(204, hub.send("DELETE", "/api/v1/webrtc/offer/ghost", BodyPublishers.noBody()).statusCode()); // 80
    }

    // 111-117

    @Test
    void anAssetIsStoredListedAndServedWithRanges() throws Exception {
        byte[] png = random(5_000);

        HttpResponse<String> stored = hub.send("POST", "/api/v1/assets?filename=refs/a%20b.png", BodyPublishers.ofByteArray(png));

        assertEquals(200, stored.statusCode(), stored.body());
        String path = json(stored).get("path").asText();
        assertArrayEquals(png, Files.readAllBytes(Path.of(path)));
        assertEquals(path, get("/api/v1/assets?type=image").at("/assets/0/path").asText());
        HttpResponse<byte[]> whole = bytes("/api/v1/assets/refs/a%20b.png");
        assertEquals("image/png", whole.headers().firstValue("content-type").orElseThrow());
        assertArrayEquals(png, whole.body());
        HttpResponse<byte[]> part = bytes("/api/v1/assets/refs/a%20b.png", "Range", "bytes=10-19");
        assertEquals(206, part.statusCode());
        assertArrayEquals(java.util.Arrays.copyOfRange(png, 10, 20), part.body());
        assertEquals("bytes 10-19/5000", part.headers().firstValue("content-range").orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/x-www-form-urlencoded", "text/plain", "image/png"})
    void anUploadIsBytesWhateverItIsCalled(String contentType) throws Exception {
        byte[] bytes = "a=%zz&&=+".getBytes(StandardCharsets.US_ASCII);

        HttpResponse<String> stored =
                hub.send("POST", "/api/v1/assets?filename=raw.png", BodyPublishers.ofByteArray(bytes), "Content-Type", contentType);

        assertEquals(200, stored.statusCode(), stored.body());
        assertArrayEquals(bytes, Files.readAllBytes(Path.of(json(stored).get("path").asText())));
    }

    @ParameterizedTest
    @CsvSource({"../../x.png,Invalid filename", "%2e%2e%2fx.png,Invalid filename"})
    void aNameOutOfTheFolderIsRefused(String name, String detail) throws Exception {
        assertDetail(400, detail, hub.post("/api/v1/assets?filename=" + name, "x"));
    }

    @Test
    void uploadsAreBoundedInKindAndSize() throws Exception {
        HttpResponse<String> exe = hub.post("/api/v1/assets?filename=x.exe", "x");
        byte[] big = new byte[MAX_ASSET_MB << 20];
        HttpResponse<String> fits = hub.send("POST", "/api/v1/assets?filename=big.mp4", BodyPublishers.ofByteArray(big)); // 117
        HttpResponse<String> tooBig = hub.send("POST", "/api/v1/assets?filename=60.mp4",
                BodyPublishers.concat(BodyPublishers.ofByteArray(big), BodyPublishers.ofByteArray(new byte[10 << 20])));

        assertEquals(400, exe.statusCode());
        assertTrue(json(exe).get("detail").asText().startsWith("Invalid file type"), exe.body());
        assertEquals(200, fits.statusCode(), fits.body());
        assertDetail(400, "File size exceeds maximum of 50MB", tooBig);
        assertEquals(422, hub.post("/api/v1/assets", "x").statusCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/assets/..%2f..%2fetc%2fpasswd", "/api/v1/assets/%2e%2e/%2e%2e/etc/passwd", "/api/v1/assets/x/..%5c..%5cy.png"})
    void noPathLeadsOutOfTheFolder(String path) throws Exception {
        int status = hub.fetch(path).statusCode(); // 116

        assertTrue(status == 403 || status == 404, path + " " + status);
    }

    @Test
    void adaptersAreListedUnderBothNames() throws Exception {
        Files.writeString(Files.createDirectories(data.resolve("models/lora/styles")).resolve("ink.safetensors"), "abc"); // 118

        assertEquals("ink", get("/api/v1/loras").at("/lora_files/0/name").asText());
        assertEquals(hub.fetch("/api/v1/loras").body(), hub.fetch("/api/v1/lora/list").body());
    }

    // 123, 125, 126

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

    // The hub's own.

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

    private static void load(String... ids) throws Exception {
        post("/api/v1/pipeline/load", "{'pipeline_ids':['" + String.join("','", ids) + "']}");
        await("/api/v1/pipeline/status", "/status", "loaded");
    }

    private static HttpResponse<String> offer(String parameters) throws Exception {
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.put("sdp", offerSdp).put("type", "offer");
        body.set("initialParameters", Json.MAPPER.readTree(parameters.replace('\'', '"')));
        return hub.post("/api/v1/webrtc/offer", body.toString(), "Content-Type", "application/json");
    }

    private static HttpResponse<String> frame(String session, byte[] picture, String type, String... headers) throws Exception {
        String[] all = java.util.stream.Stream.concat(java.util.stream.Stream.of("Content-Type", type), java.util.Arrays.stream(headers))
                .toArray(String[]::new);
        return hub.send("POST", "/api/v1/sessions/" + session + "/frames", BodyPublishers.ofByteArray(picture), all);
    }

    private static HttpResponse<String> post(String path, String json) throws Exception {
        return hub.post(path, json.replace('\'', '"'), "Content-Type", "application/json");
    }

    private static HttpResponse<String> patch(String path, String json) throws Exception {
        return hub.send("PATCH", path, BodyPublishers.ofString(json.replace('\'', '"')), "Content-Type", "application/json");
    }

    private static JsonNode get(String path) throws Exception {
        HttpResponse<String> reply = hub.fetch(path);
        assertEquals(200, reply.statusCode(), path + " " + reply.body());
        return json(reply);
    }

    private static HttpResponse<byte[]> bytes(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(hub.uri(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        }
    }

    private static JsonNode json(HttpResponse<String> reply) throws IOException {
        return Json.MAPPER.readTree(reply.body());
    }

    private static void assertDetail(int status, String detail, HttpResponse<String> reply) throws IOException {
        assertEquals(status, reply.statusCode(), reply.body());
        assertEquals(detail, json(reply).path("detail").asText(), reply.body());
    }

    /** Asks until the value at the pointer is this one; a missing value is the empty text. */
    private static JsonNode await(String path, String pointer, String value) throws Exception {
        JsonNode last = get(path);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!last.at(pointer).asText().equals(value)) {
            assertTrue(System.nanoTime() < end, path + " is still " + last);
            TimeUnit.MILLISECONDS.sleep(20);
            last = get(path);
        }
        return last;
    }

    private static void awaitStatus(String path, int status) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        HttpResponse<String> last = hub.fetch(path);
        while (last.statusCode() != status) {
            assertTrue(System.nanoTime() < end, path + " is still " + last.statusCode() + " " + last.body());
            TimeUnit.MILLISECONDS.sleep(20);
            last = hub.fetch(path);
        }
    }

    private static void awaitGrowth(String path, String pointer) throws Exception {
        long first = get(path).at(pointer).asLong();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (get(path).at(pointer).asLong() <= first) {
            assertTrue(System.nanoTime() < end, pointer + " does not grow");
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static byte[] jpeg(int width, int height) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "jpeg", out);
        return out.toByteArray();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}
