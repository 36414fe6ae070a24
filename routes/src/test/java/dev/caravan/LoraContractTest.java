package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.api.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.WriterAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapter files over HTTP (contract §1.6), with stand-ins for the sites they come from. */
@Timeout(60)
class LoraContractTest {

    private static final String HUB_TOKEN = "hf_kept_to_ourselves";
    private static final String CIVITAI_TOKEN = "civ_kept_to_ourselves";
    private static final String OWN_TOKEN = "own_kept_to_ourselves";
    private static final int MAX_MB = 1;

    @TempDir
    static Path data;

    static WebStandIn huggingFace;
    static WebStandIn civitai;
    static WebStandIn content;
    static TestHub hub;
    static StringWriter log = new StringWriter();
    static WriterAppender appender;

    @BeforeAll
    static void start() throws Exception {
        huggingFace = new WebStandIn();
        civitai = new WebStandIn();
        content = new WebStandIn();
        Files.write(Files.createDirectories(data.resolve("samples")).resolve("sample.safetensors"), adapter(8));
        Path lora = Files.createDirectories(data.resolve("models/lora"));
        Files.write(lora.resolve(".lora-left.part"), adapter(8));
        listen();
        hub = TestHub.startIn(data, flags());
        assertFalse(Files.exists(lora.resolve(".lora-left.part")), "a part left by a crash is removed at start");
    }

    static String[] flags() {
        return new String[] {
            "--hf-endpoint=" + huggingFace.uri(""), "--civitai-endpoint=" + civitai.uri(""), "--lora-hosts=" + content.host(),
            "--hf-token=" + HUB_TOKEN, "--civitai-api-token=" + CIVITAI_TOKEN, "--max-lora-mb=" + MAX_MB,
            "--lora-shared-dir=" + data.resolve("samples")
        };
    }

    @AfterAll
    static void stop() throws IOException {
        hub.close();
        huggingFace.close();
        civitai.close();
        content.close();
        quiet();
        assertTrue(log.toString().contains("Installed LoRA"), "the log was not heard");
        assertNoToken(log.toString(), "the log");
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertNoToken(Files.readString(file, StandardCharsets.ISO_8859_1), file.toString());
            }
        }
    }

    @BeforeEach
    void empty() throws IOException {
        try (Stream<Path> files = Files.walk(lora())) {
            files.filter(file -> !file.equals(lora())).sorted(Comparator.reverseOrder()).forEach(LoraContractTest::delete);
        }
        for (WebStandIn site : List.of(huggingFace, civitai, content)) {
            site.requests.clear();
        }
    }

    @Test
    void anAdapterOfTheHubIsInstalledAndItsTokenGoesNowhereElse() throws Exception {
        byte[] bytes = adapter(1000);
        huggingFace.redirect("/o/n/resolve/main/ink.safetensors", content.uri("/cdn/1?signature=x"));
        content.with("/cdn/1", bytes);

        HttpResponse<String> reply = post("/api/v1/loras", "{'url':'https://huggingface.co/o/n/resolve/main/ink.safetensors','filename':null}");

        assertEquals(200, reply.statusCode(), reply.body());
        JsonNode json = json(reply);
        assertEquals("Successfully installed 'ink.safetensors'", json.get("message").asText());
        JsonNode file = json.get("file");
        assertEquals("ink", file.get("name").asText());
        assertEquals(lora().resolve("ink.safetensors").toString(), file.get("path").asText());
        assertTrue(file.get("folder").isNull());
        assertEquals(sha256(bytes), file.get("sha256").asText());
        assertFalse(file.get("read_only").asBoolean());
        assertEquals("huggingface", file.at("/provenance/source").asText());
        assertEquals("o/n", file.at("/provenance/repo_id").asText());
        assertEquals("ink.safetensors", file.at("/provenance/hf_filename").asText());
        assertArrayEquals(bytes, Files.readAllBytes(lora().resolve("ink.safetensors")));
        assertEquals(List.of("GET /o/n/resolve/main/ink.safetensors Bearer " + HUB_TOKEN), huggingFace.requests);
        assertEquals(List.of("GET /cdn/1?signature=x"), content.requests);
        assertEquals(file, named("ink"));
        assertEquals(hub.fetch("/api/v1/loras").body(), hub.fetch("/api/v1/lora/list").body()); // 118
        JsonNode entry = manifest().at("/entries").get("ink.safetensors");
        assertEquals("1.0", manifest().get("version").asText());
        assertEquals(bytes.length, entry.get("size_bytes").asLong());
        assertEquals("ink.safetensors", entry.get("filename").asText());
        assertTrue(entry.get("added_at").asText().matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ"), entry::toString);
    }

    @Test
    void anAdapterOfCivitaiHasTheNameItsServerGivesAndItsTokenStaysThere() throws Exception {
        civitai.redirect("/api/download/models/77", content.uri("/b2/x"));
        content.attachment("/b2/x", "attachment; filename=\"ink wash.safetensors\"", adapter(100));

        HttpResponse<String> reply = post("/api/v1/loras", "{'url':'https://civitai.com/api/download/models/77?type=Model&token=" + OWN_TOKEN + "'}");

        assertEquals(200, reply.statusCode(), reply.body());
        assertEquals("77", json(reply).at("/file/provenance/version_id").asText());
        assertEquals("https://civitai.com/api/download/models/77?type=Model", json(reply).at("/file/provenance/url").asText());
        assertEquals("ink wash", json(reply).at("/file/name").asText());
        assertEquals(List.of("GET /api/download/models/77?type=Model&token=" + OWN_TOKEN), civitai.requests);
        assertEquals(List.of("GET /b2/x"), content.requests);
        delete(lora().resolve("ink wash.safetensors"));
        post("/api/v1/loras", "{'url':'https://civitai.com/api/download/models/77'}");
        assertEquals("GET /api/download/models/77?token=" + CIVITAI_TOKEN, civitai.requests.getLast());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "https://example.org/x.safetensors | URL must be from civitai.com or hf.co or huggingface.co",
        "http://huggingface.co/o/n/resolve/main/x.safetensors | URL must be from civitai.com or hf.co or huggingface.co",
        "https://huggingface.co:8443/x.safetensors | URL must be from civitai.com or hf.co or huggingface.co",
        "https://huggingface.co.example.org/x.safetensors | URL must be from civitai.com or hf.co or huggingface.co",
        "https://myhuggingface.co/x.safetensors | URL must be from civitai.com or hf.co or huggingface.co",
        "https://civitai.com@example.org/x.safetensors | URL must be from civitai.com or hf.co or huggingface.co",
        "https://civitai.com:pw@civitai.com/x.safetensors | URL must be from civitai.com or hf.co or huggingface.co",
        "https://example.org/?https://civitai.com/x.safetensors | URL must be from civitai.com or hf.co or huggingface.co",
        "https://example.org#@civitai.com/x.safetensors | URL must be from civitai.com or hf.co or huggingface.co",
        "https://127.0.0.1/x.safetensors | URL must be from civitai.com or hf.co or huggingface.co",
        "https://[::1]/x.safetensors | URL must be from civitai.com or hf.co or huggingface.co",
        "https://2130706433/x.safetensors | URL must be from civitai.com or hf.co or huggingface.co",
        "https://localhost/x.safetensors | URL must be from civitai.com or hf.co or huggingface.co",
        "file:///etc/passwd | URL must be from civitai.com or hf.co or huggingface.co",
        "//civitai.com/x.safetensors | URL must be from civitai.com or hf.co or huggingface.co",
        "https:civitai.com/x.safetensors | URL must be from civitai.com or hf.co or huggingface.co",
        "https://civitai.com\\\\@example.org/x | URL must be from civitai.com or hf.co or huggingface.co",
        "'' | URL must be from civitai.com or hf.co or huggingface.co",
        "https://huggingface.co/o/n/resolve/main/x.ckpt | Invalid file extension '.ckpt'. Allowed: .safetensors",
        "https://huggingface.co/o/n/resolve/main/..%2fx.safetensors | Invalid filename",
        "https://huggingface.co/o/n/resolve/main/..%5cx.safetensors | Invalid filename",
        "https://huggingface.co/o/n/resolve/main/.x.safetensors | Invalid filename",
        "https://huggingface.co/o/n/resolve/main/a%00.safetensors | Invalid filename",
    })
    void anAddressThatIsNotOfTheSitesOrNamesNoAdapterIsRefusedUnasked(String url, String detail) throws Exception {
        assertDetail(400, detail, post("/api/v1/loras", "{'url':'" + url + "'}"));
        assertNothingAsked();
    }

    @Test
    void aPreviewPageIsNoDownload() throws Exception {
        HttpResponse<String> reply = post("/api/v1/loras", "{'url':'https://huggingface.co/o/n/blob/main/x.safetensors'}"); // 119

        assertEquals(400, reply.statusCode());
        assertTrue(json(reply).get("detail").asText().startsWith("This is a Hugging Face file preview page, not a download link."));
        assertNothingAsked();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "../x.safetensors | Invalid filename", "/etc/x.safetensors | Invalid filename", "a/x.safetensors | Invalid filename",
        "..\\\\x.safetensors | Invalid filename", "C:x.safetensors | Invalid filename", ".x.safetensors | Invalid filename",
        "a\\u0000.safetensors | Invalid filename", "a\\n.safetensors | Invalid filename", "a\\u202e.safetensors | Invalid filename",
        "\\ud800.safetensors | Invalid filename", ".. | Invalid filename", "x.exe | Invalid file extension '.exe'. Allowed: .safetensors",
        "x | Invalid file extension ''. Allowed: .safetensors", "x.safetensors.exe | Invalid file extension '.exe'. Allowed: .safetensors",
    })
    void aNameThatIsNoneIsRefusedUnasked(String name, String detail) throws Exception {
        assertDetail(400, detail, post("/api/v1/loras", "{'url':'https://hf.co/o/n/resolve/main/x.safetensors','filename':'" + name + "'}"));
        assertNothingAsked();
    }

    @Test
    void aNameThatIsTooLongIsRefused() throws Exception {
        String name = "ü".repeat(123) + ".safetensors";
        assertDetail(400, "Invalid filename", post("/api/v1/loras", "{'url':'https://hf.co/o/n/resolve/main/x.safetensors','filename':'" + name + "'}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../x.safetensors", "/etc/x.safetensors", "a\\\\b.safetensors", ".x.safetensors"})
    void aNameTheServerGivesIsBelievedNoMore(String name) throws Exception {
        civitai.attachment("/api/download/models/5", "attachment; filename=\"" + name + "\"", adapter(8));

        assertDetail(400, "Invalid filename", post("/api/v1/loras", "{'url':'https://civitai.com/api/download/models/5'}"));
        assertNothingStored();
    }

    @Test
    void withoutAnyNameThereIsNoFile() throws Exception {
        civitai.with("/api/download/models/6", adapter(8));

        assertDetail(400, "Could not determine filename from URL. Please provide a filename.",
                post("/api/v1/loras", "{'url':'https://civitai.com/api/download/models/6'}"));
        assertEquals(200, post("/api/v1/loras", "{'url':'https://civitai.com/api/download/models/6','filename':'six.safetensors'}").statusCode());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "401 | 401 | Access denied. Check that the URL is correct and includes any required authentication.",
        "403 | 403 | Access denied. Check that the URL is correct and includes any required authentication.",
        "404 | 404 | File not found. Check that the URL is correct.", "410 | 410 | Failed to fetch URL: HTTP 410",
        "429 | 429 | Failed to fetch URL: HTTP 429", "500 | 500 | Failed to fetch URL: HTTP 500", "204 | 502 | Failed to fetch URL: HTTP 204",
    })
    void whatTheSiteAnswersIsTold(int upstream, int status, String detail) throws Exception {
        huggingFace.status("/o/n/resolve/main/s.safetensors", upstream);

        assertDetail(status, detail, post("/api/v1/loras", "{'url':'https://huggingface.co/o/n/resolve/main/s.safetensors'}"));
        assertDetail(status, detail, post("/api/v1/lora/download", "{'source':'huggingface','repo_id':'o/n','hf_filename':'s.safetensors'}"));
    }

    @Test
    void aFileThatIsThereIsNotReplaced() throws Exception {
        huggingFace.with("/o/n/resolve/main/there.safetensors", adapter(8));
        Files.writeString(lora().resolve("there.safetensors"), "mine");

        assertDetail(409, "File 'there.safetensors' already exists.",
                post("/api/v1/loras", "{'url':'https://huggingface.co/o/n/resolve/main/there.safetensors'}"));
        assertDetail(409, "File 'there.safetensors' already exists.",
                post("/api/v1/lora/download", "{'source':'huggingface','repo_id':'o/n','hf_filename':'there.safetensors'}"));
        assertEquals("mine", Files.readString(lora().resolve("there.safetensors")));
    }

    @Test
    void aFileThatIsTooLargeIsRefusedWhetherItSaysSoOrNot() throws Exception {
        byte[] large = adapter(MAX_MB << 20);
        content.with("/said/x.safetensors", large);
        content.with("/unsaid/x.safetensors", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(large);
        });
        for (String kind : List.of("said", "unsaid")) {
            assertDetail(400, "File size exceeds maximum of 1MB",
                    post("/api/v1/lora/download", "{'source':'url','url':'" + content.uri("/" + kind + "/x.safetensors") + "'}"));
        }
        assertNothingStored();
    }

    @ParameterizedTest
    @ValueSource(strings = {"<!doctype html><title>Log in</title>", "PK\u0003\u0004zip", "", "\u0002\0\0\0\0\0\0\0{}more", "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff{}"})
    void whatIsNoSafetensorsFileIsRefusedInOneLine(String bytes) throws Exception {
        content.with("/f/x.safetensors", bytes.getBytes(StandardCharsets.ISO_8859_1));

        HttpResponse<String> reply = post("/api/v1/loras", "{'url':'" + content.uri("/f/x.safetensors") + "'}");

        assertEquals(400, reply.statusCode(), reply.body());
        String detail = json(reply).get("detail").asText();
        assertTrue(detail.startsWith("'x.safetensors' is not a safetensors file: ") && !detail.contains("\n") && !detail.contains(".part"), detail);
        assertNothingStored();
    }

    @Test
    void twoWhoWantOneFileAtOnceDoNotMeetAndOthersDoNotWait() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        byte[] bytes = adapter(50);
        content.with("/slow/x.safetensors", exchange -> {
            asked.countDown();
            assertTrue(go.await(30, TimeUnit.SECONDS));
            WebStandIn.send(exchange, bytes);
        });
        content.with("/quick/y.safetensors", bytes);
        CompletableFuture<HttpResponse<String>> first = CompletableFuture.supplyAsync(
                () -> post("/api/v1/loras", "{'url':'" + content.uri("/slow/x.safetensors") + "'}"));
        assertTrue(asked.await(30, TimeUnit.SECONDS));

        HttpResponse<String> second = post("/api/v1/loras", "{'url':'" + content.uri("/slow/x.safetensors") + "'}");
        HttpResponse<String> other = post("/api/v1/loras", "{'url':'" + content.uri("/quick/y.safetensors") + "'}");
        go.countDown();

        assertDetail(409, "File 'x.safetensors' is being downloaded already.", second);
        assertEquals(200, other.statusCode(), other.body());
        assertEquals(200, first.get(30, TimeUnit.SECONDS).statusCode());
        assertEquals(2, hub.get("/api/v1/loras").get("lora_files").findValuesAsText("read_only").stream().filter("false"::equals).count());
    }

    @Test
    void manyDownloadsDoNotKeepTheOthersOfTheHubWaiting() throws Exception {
        int many = 30; // more than the HTTP consumer has threads
        CountDownLatch go = new CountDownLatch(1);
        content.with("/wait/x", exchange -> {
            assertTrue(go.await(30, TimeUnit.SECONDS));
            WebStandIn.send(exchange, adapter(8));
        });
        List<CompletableFuture<HttpResponse<String>>> calls = Stream.iterate(0, i -> i + 1).limit(many)
                .map(i -> CompletableFuture.supplyAsync(
                        () -> post("/api/v1/loras", "{'url':'" + content.uri("/wait/x") + "','filename':'" + i + ".safetensors'}"),
                        task -> Thread.ofVirtual().start(task)))
                .toList();

        assertEquals(200, hub.status("/api/v1/loras"));
        go.countDown();

        for (CompletableFuture<HttpResponse<String>> call : calls) {
            assertEquals(200, call.get(30, TimeUnit.SECONDS).statusCode(), () -> call.join().body());
        }
        assertEquals(many, manifest().get("entries").size());
    }

    @Test
    void aDownloadPutsAFileInASubFolderAndSaysWhatItIs() throws Exception {
        byte[] bytes = adapter(60);
        huggingFace.with("/o/n/resolve/main/deep/in k.safetensors", bytes);
        String body = "{'source':'huggingface','repo_id':'o/n','hf_filename':'deep/in k.safetensors','subfolder':'styles','expected_sha256':'"
                + sha256(bytes).toUpperCase(java.util.Locale.ROOT) + "'}";

        HttpResponse<String> reply = post("/api/v1/lora/download", body);
        HttpResponse<String> again = post("/api/v1/lora/download", body);

        assertEquals(200, reply.statusCode(), reply.body());
        assertEquals("styles/in k.safetensors", json(reply).get("filename").asText());
        assertEquals(lora().resolve("styles/in k.safetensors").toString(), json(reply).get("path").asText());
        assertEquals(sha256(bytes), json(reply).get("sha256").asText());
        assertEquals(bytes.length, json(reply).get("size_bytes").asLong());
        assertEquals(reply.body(), again.body(), "the same file once more costs nothing");
        assertEquals(1, huggingFace.requests.size());
        assertEquals("styles", named("in k").get("folder").asText());
        assertEquals("o/n", named("in k").at("/provenance/repo_id").asText());
    }

    @Test
    void aTokenGivenWithADownloadIsUsedAndForgotten() throws Exception {
        civitai.attachment("/api/download/models/8", "attachment; filename*=UTF-8''caf%C3%A9.safetensors", adapter(8));
        String body = "{'source':'civitai','model_id':12,'version_id':8,'civitai_token':'" + OWN_TOKEN + "'}";

        HttpResponse<String> reply = post("/api/v1/lora/download", body);

        assertEquals(200, reply.statusCode(), reply.body());
        assertEquals("café.safetensors", json(reply).get("filename").asText());
        assertEquals(List.of("GET /api/download/models/8?token=" + OWN_TOKEN), civitai.requests);
        assertEquals("12", named("café").at("/provenance/model_id").asText());
        assertNoToken(post("/api/v1/lora/download", "{'source':7,'civitai_token':'" + OWN_TOKEN + "'}").body(), "a fault");
        assertNoToken(post("/api/v1/lora/download", "{'civitai_token':'" + OWN_TOKEN + "'}").body(), "a fault");
    }

    @Test
    void anotherDigestThanExpectedLeavesNothing() throws Exception {
        byte[] bytes = adapter(60);
        content.with("/f/x.safetensors", bytes);

        assertDetail(400, "SHA256 mismatch: expected deadbeef, got " + sha256(bytes), post("/api/v1/lora/download",
                "{'source':'url','url':'" + content.uri("/f/x.safetensors") + "','expected_sha256':'deadbeef'}"));
        assertNothingStored();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'source':'huggingface','repo_id':'o/n'} | repo_id and hf_filename required for HuggingFace source",
        "{'source':'huggingface','repo_id':'','hf_filename':'x.safetensors'} | repo_id and hf_filename required for HuggingFace source",
        "{'source':'civitai','model_id':'1'} | version_id required for CivitAI source",
        "{'source':'url'} | url required for URL source",
        "{'source':'huggingface','repo_id':'o/n','hf_filename':'x.safetensors','subfolder':'../..'} | Invalid destination path",
        "{'source':'huggingface','repo_id':'o/n','hf_filename':'x.safetensors','subfolder':'/etc'} | Invalid destination path",
        "{'source':'huggingface','repo_id':'o/n','hf_filename':'x.safetensors','subfolder':'a/../..'} | Invalid destination path",
        "{'source':'huggingface','repo_id':'o/n','hf_filename':'x.safetensors','subfolder':'a\\\\b'} | Invalid destination path",
        "{'source':'huggingface','repo_id':'o/n','hf_filename':'x.safetensors','subfolder':'.hidden'} | Invalid destination path",
        "{'source':'huggingface','repo_id':'o/n','hf_filename':'../../x.safetensors'} | Invalid destination path",
        "{'source':'huggingface','repo_id':'../x','hf_filename':'x.safetensors'} | repo_id must be written owner/name",
        "{'source':'huggingface','repo_id':'o/n','hf_filename':'x.bin'} | Invalid file extension '.bin'. Allowed: .safetensors",
        "{'source':'civitai','version_id':'../admin'} | version_id must be a number",
        "{'source':'url','url':'http://example.org/x.safetensors'} | url must be an address that begins with https://",
        "{'source':'url','url':'https://u:p@example.org/x.safetensors'} | url must be an address that begins with https://",
        "{'source':'url','url':'https://127.0.0.1/x.safetensors'} | Files do not come from private addresses; --lora-hosts can allow this host",
        "{'source':'url','url':'https://localhost/x.safetensors'} | Files do not come from private addresses; --lora-hosts can allow this host",
        "{'source':'url','url':'https://[::ffff:10.0.0.1]/x.safetensors'} | Files do not come from private addresses; --lora-hosts can allow this host",
        "{'source':'url','url':'https://169.254.169.254/x.safetensors'} | Files do not come from private addresses; --lora-hosts can allow this host",
        "{'source':'url','url':'https://[fd00::1]/x.safetensors'} | Files do not come from private addresses; --lora-hosts can allow this host",
        "{'source':'url','url':'https://nowhere.invalid/x.safetensors'} | There is no server of this name",
    })
    void aDownloadSaysWhatItLacks(String body, String detail) throws Exception {
        assertDetail(400, detail, post("/api/v1/lora/download", body));
        assertNothingAsked();
        assertNothingStored();
    }

    @ParameterizedTest
    @CsvSource({"http://127.0.0.1:1/x", "https://127.0.0.1:1/x", "https://10.1.2.3/x", "file:///etc/passwd", "https://u:p@example.org/x", "ftp://example.org/x", "http://["})
    void aRedirectLeadsNowhereElseEither(String to) throws Exception {
        content.redirect("/away/x.safetensors", to);

        HttpResponse<String> reply = post("/api/v1/lora/download", "{'source':'url','url':'" + content.uri("/away/x.safetensors") + "'}");

        assertTrue(reply.statusCode() == 400 || reply.statusCode() == 502, reply.body());
        assertFalse(reply.body().contains("passwd") || reply.body().contains("u:p"), reply.body());
        assertNothingStored();
    }

    @Test
    void aCircleOfRedirectsEnds() throws Exception {
        content.redirect("/round/x.safetensors", content.uri("/round/x.safetensors"));

        assertEquals(502, post("/api/v1/lora/download", "{'source':'url','url':'" + content.uri("/round/x.safetensors") + "'}").statusCode());
    }

    @Test
    void whatIsWrongInABodyIsTheClientsFault() {
        for (String body : List.of("{}", "[]", "{'url':5}", "{'url':'x','filename':[]}", "nonsense", "")) {
            assertEquals(422, post("/api/v1/loras", body).statusCode(), body);
        }
        for (String body : List.of("{}", "{'source':'ftp'}", "{'source':'url','url':{}}", "{'source':null}")) {
            assertEquals(422, post("/api/v1/lora/download", body).statusCode(), body);
        }
        assertEquals(413, post("/api/v1/loras", "{'url':'" + "x".repeat(2 << 20) + "'}").statusCode());
    }

    @Test
    void anAdapterIsDeletedByItsNameWhereverItLies() throws Exception {
        Files.write(Files.createDirectories(lora().resolve("styles")).resolve("in k.safetensors"), adapter(8));
        content.with("/f/top.safetensors", adapter(8));
        post("/api/v1/loras", "{'url':'" + content.uri("/f/top.safetensors") + "'}");

        for (String name : List.of("in%20k", "top")) {
            HttpResponse<String> reply = remove(name);
            assertEquals(200, reply.statusCode(), reply.body());
            assertTrue(json(reply).get("success").asBoolean());
            assertEquals("Successfully deleted '" + name.replace("%20", " ") + "'", json(reply).get("message").asText());
        }
        assertEquals(0, manifest().get("entries").size());
        assertNothingStored();
        assertDetail(404, "LoRA file 'top' not found", remove("top"));
        assertDetail(404, "LoRA file '../samples/sample' not found", remove("..%2fsamples%2fsample"));
        assertEquals(403, remove("sample").statusCode());
        assertTrue(Files.exists(data.resolve("samples/sample.safetensors")));
        assertTrue(named("sample").get("read_only").asBoolean());
    }

    @Test
    void whereAFileCameFromCanBeRecorded() throws Exception {
        byte[] bytes = adapter(8);
        Files.write(Files.createDirectories(lora().resolve("styles")).resolve("ink.safetensors"), bytes);

        HttpResponse<String> reply = put("styles%2fink.safetensors",
                "{'source':'url','url':'https://example.org/ink.safetensors?v=2&token=" + OWN_TOKEN + "','model_id':null}");

        assertEquals(200, reply.statusCode(), reply.body());
        assertEquals("styles/ink.safetensors", json(reply).get("filename").asText());
        assertEquals(sha256(bytes), json(reply).get("sha256").asText());
        assertEquals(bytes.length, json(reply).get("size_bytes").asLong());
        assertEquals("https://example.org/ink.safetensors?v=2", json(reply).at("/provenance/url").asText());
        assertTrue(json(reply).get("provenance").has("version_id") && json(reply).has("added_at"), reply.body());
        assertEquals(json(reply).get("provenance"), named("ink").get("provenance"));
        assertEquals("local", json(put("ink.safetensors", "{'source':'local'}")).at("/provenance/source").asText());
        assertEquals(404, put("other.safetensors", "{'source':'local'}").statusCode());
        assertEquals(403, put("sample.safetensors", "{'source':'local'}").statusCode());
        assertEquals(422, put("ink.safetensors", "{'source':'heaven'}").statusCode());
        for (String name : List.of("..%2fink.safetensors", ".ink.safetensors", "a%2fb%2fink.safetensors", "ink%00.safetensors", "..%5cink.safetensors")) {
            assertDetail(400, "Invalid filename", put(name, "{'source':'local'}"));
        }
    }

    @Test
    void aFileThatWasNotRecordedBeforeACrashIsListedLikeOneOfUnknownOrigin() throws Exception {
        content.with("/f/x.safetensors", adapter(8));
        post("/api/v1/loras", "{'url':'" + content.uri("/f/x.safetensors") + "'}");
        Files.delete(lora().resolve("lora_manifest.json"));

        assertTrue(named("x").get("provenance").isNull());
        assertTrue(named("x").get("sha256").isNull());
        assertEquals(200, put("x.safetensors", "{'source':'local'}").statusCode());
        Files.writeString(lora().resolve("lora_manifest.json"), "{\"entries\":");
        assertTrue(named("x").get("provenance").isNull());
        assertEquals(200, put("x.safetensors", "{'source':'local'}").statusCode());
        assertEquals("{\"entries\":", Files.readString(lora().resolve("lora_manifest.json.damaged")));
        Files.write(lora().resolve("x.safetensors"), adapter(9));
        assertTrue(named("x").get("sha256").isNull(), "somebody put another file in its place");
    }

    @Test
    void aLinkOutOfTheFolderIsNotWrittenThrough() throws Exception {
        Path outside = Files.createDirectories(data.resolve("outside"));
        Files.createSymbolicLink(lora().resolve("way"), outside);
        content.with("/f/x.safetensors", adapter(8));

        assertDetail(400, "Invalid destination path", post("/api/v1/lora/download",
                "{'source':'url','url':'" + content.uri("/f/x.safetensors") + "','subfolder':'way'}"));
        try (Stream<Path> files = Files.list(outside)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void aHubThatStopsDropsWhatItFetches(@TempDir Path own) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        content.with("/hang/x.safetensors", exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write(adapter(8));
            exchange.getResponseBody().flush();
            asked.countDown();
            go.await(30, TimeUnit.SECONDS);
        });
        CompletableFuture<?> call;
        try (TestHub other = TestHub.startIn(own, "--lora-hosts=" + content.host())) {
            String body = "{\"url\":\"" + content.uri("/hang/x.safetensors") + "\"}";
            call = CompletableFuture.supplyAsync(() -> {
                try {
                    return other.post("/api/v1/loras", body, "Content-Type", "application/json");
                } catch (UncheckedIOException e) {
                    return e; // the hub is gone
                }
            });
            assertTrue(asked.await(30, TimeUnit.SECONDS));
        }
        go.countDown();
        call.get(30, TimeUnit.SECONDS);
        try (Stream<Path> left = Files.list(own.resolve("models/lora"))) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void theDescriptionListsEveryOperation() {
        JsonNode paths = hub.get("/openapi.json").get("paths");
        assertTrue(paths.at("/~1api~1v1~1loras/post/responses").has("409"));
        assertTrue(paths.at("/~1api~1v1~1lora~1download/post/requestBody/content/application~1json/example").has("source"));
        assertTrue(paths.at("/~1api~1v1~1loras~1{name}/delete/responses").has("403"));
        assertTrue(paths.at("/~1api~1v1~1lora~1{filename}~1provenance/put/responses").has("404"));
    }

    // ---------------------------------------------------------------------------------------------------------------------------------

    private static Path lora() {
        return data.resolve("models/lora");
    }

    private static JsonNode manifest() throws IOException {
        return Json.MAPPER.readTree(lora().resolve("lora_manifest.json").toFile());
    }

    private static JsonNode named(String name) {
        for (JsonNode file : hub.get("/api/v1/loras").get("lora_files")) {
            if (file.get("name").asText().equals(name)) {
                return file;
            }
        }
        throw new AssertionError(name + " is not listed");
    }

    private static HttpResponse<String> post(String path, String json) {
        return checked(hub.post(path, json.replace('\'', '"'), "Content-Type", "application/json"));
    }

    private static HttpResponse<String> put(String name, String json) {
        return checked(hub.send(
                "PUT",
                "/api/v1/lora/" + name + "/provenance",
                BodyPublishers.ofString(json.replace('\'', '"')),
                "Content-Type",
                "application/json"));
    }

    private static HttpResponse<String> remove(String name) {
        return checked(hub.send("DELETE", "/api/v1/loras/" + name, BodyPublishers.noBody()));
    }

    private static HttpResponse<String> checked(HttpResponse<String> reply) {
        assertNoToken(reply.body(), "an answer");
        return reply;
    }

    private static JsonNode json(HttpResponse<String> reply) throws IOException {
        return Json.MAPPER.readTree(reply.body());
    }

    private static void assertDetail(int status, String detail, HttpResponse<String> reply) throws IOException {
        assertEquals(status, reply.statusCode(), reply.body());
        assertEquals(detail, json(reply).path("detail").asText(), reply.body());
    }

    private static void assertNothingAsked() {
        assertEquals(List.of(), Stream.of(huggingFace, civitai, content).flatMap(site -> site.requests.stream()).toList());
    }

    /** No adapter and no part of one. */
    private static void assertNothingStored() throws IOException {
        try (Stream<Path> files = Files.walk(lora())) {
            assertEquals(List.of(), files.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("lora_manifest.json"))
                    .toList());
        }
    }

    private static void assertNoToken(String text, String where) {
        for (String token : List.of(HUB_TOKEN, CIVITAI_TOKEN, OWN_TOKEN)) {
            assertFalse(text.contains(token), () -> where + " tells a token: " + text);
        }
    }

    /** A safetensors file with one tensor of so many bytes. */
    private static byte[] adapter(int bytes) {
        byte[] header = ("{\"a\":{\"dtype\":\"U8\",\"shape\":[" + bytes + "],\"data_offsets\":[0," + bytes + "]}}")
                .getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(8 + header.length + bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .array();
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything the hub logs, however little it matters. */
    private static void listen() {
        LoggerContext context = LoggerContext.getContext(false);
        appender = WriterAppender.newBuilder()
                .setName("heard")
                .setTarget(log)
                .setLayout(PatternLayout.newBuilder().withPattern("%c %m%n%xEx").build())
                .build();
        appender.start();
        LoggerConfig ours = new LoggerConfig("dev.caravan", Level.ALL, false);
        ours.addAppender(appender, Level.ALL, null);
        context.getConfiguration().addLogger("dev.caravan", ours);
        context.updateLoggers();
    }

    private static void quiet() {
        LoggerContext.getContext(false).getConfiguration().removeLogger("dev.caravan");
        LoggerContext.getContext(false).updateLoggers();
        appender.stop();
    }
}
