package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files over HTTP. */
class AssetContractTest extends ContractCase {

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
        assertArrayEquals(Arrays.copyOfRange(png, 10, 20), part.body());
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

    @Test
    void aPreviewPageOfTheModelHubIsNoAdapter() throws Exception {
        HttpResponse<String> reply = post("/api/v1/loras", "{'url':'https://huggingface.co/o/n/blob/main/x.safetensors'}"); // 119

        assertEquals(400, reply.statusCode(), reply.body());
        assertTrue(json(reply).get("detail").asText().startsWith("This is a Hugging Face file preview page"), reply.body());
    }
}
