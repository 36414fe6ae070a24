package dev.caravan.inference.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class WebDownloadsTest {

    private static final long MOST = 10 << 20;

    @TempDir
    Path folder;

    private final byte[] file = bytes(300_000);
    private final List<Duration> waits = new ArrayList<>();
    private final List<URI> asked = new ArrayList<>();
    private HubStandIn site;
    private WebDownloads downloads;
    private Path part;

    @BeforeEach
    void start() throws IOException {
        site = new HubStandIn().with("/x", file);
        part = folder.resolve(".x.part");
        downloads = downloads(1L << 40);
    }

    @AfterEach
    void stop() {
        downloads.close();
        site.close();
    }

    @Test
    void aFileIsSavedWithItsDigest() throws Exception {
        WebFile.Saved saved = save();

        assertEquals(file.length, saved.bytes());
        assertEquals(HubStandIn.hex("SHA-256", file), saved.sha256());
        assertArrayEquals(file, Files.readAllBytes(part));
    }

    @Test
    void afterACutItGoesOnWhereItWasWhenTheServerNamesTheVersion() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        site.mood = (exchange, bytes) -> {
            exchange.getResponseHeaders().set("ETag", "\"v1\"");
            if (calls.getAndIncrement() == 0) {
                HubStandIn.begin(exchange, bytes, 200_000);
                return true;
            }
            return false;
        };

        assertEquals(HubStandIn.hex("SHA-256", file), save().sha256());

        assertEquals(2, site.requests.size());
        assertTrue(site.requests.getLast().matches("GET /x bytes=[1-9]\\d*-"), site.requests::toString);
        assertEquals(1, waits.size());
    }

    @Test
    void withoutAVersionItBeginsAnew() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        byte[] other = bytes(250_000);
        site.mood = (exchange, bytes) -> {
            HubStandIn.begin(exchange, calls.getAndIncrement() == 0 ? bytes : other, calls.get() == 1 ? 200_000 : other.length);
            return true;
        };

        assertEquals(HubStandIn.hex("SHA-256", other), save().sha256(), "not halves of two files");

        assertEquals(List.of("GET /x", "GET /x"), site.requests);
    }

    @Test
    void aFileThatChangedMeanwhileIsFetchedAnew() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        byte[] other = bytes(250_000);
        site.mood = (exchange, bytes) -> {
            int call = calls.getAndIncrement();
            exchange.getResponseHeaders().set("ETag", call == 0 ? "\"v1\"" : "\"v2\"");
            HubStandIn.begin(exchange, call == 0 ? bytes : other, call == 0 ? 200_000 : other.length);
            return true;
        };

        assertEquals(HubStandIn.hex("SHA-256", other), save().sha256());
        assertEquals("GET /x", site.requests.getLast());
    }

    @Test
    void aServerThatCutsAlwaysIsGivenUp() {
        site.mood = (exchange, bytes) -> {
            HubStandIn.begin(exchange, bytes, 100);
            return true;
        };

        DownloadException given = assertThrows(DownloadException.class, this::save);

        assertTrue(given.getMessage().startsWith("x: given up after 3 tries") && given.getMessage().contains("nothing of it is kept"),
                given::getMessage);
        assertEquals(List.of(Duration.ofSeconds(1), Duration.ofSeconds(2)), waits);
    }

    @Test
    void aStatusIsToldAtOnce() {
        site.mood = (exchange, bytes) -> {
            HubStandIn.respond(exchange, 503);
            return true;
        };

        DownloadException refused = assertThrows(DownloadException.class, this::save);

        assertEquals(503, refused.status().orElseThrow());
        assertEquals(List.of(), waits);
    }

    @Test
    void theDoorkeeperHearsOfEveryAddressAndHasTheLastWord() {
        site.mood = (exchange, bytes) -> {
            exchange.getResponseHeaders().set("Location", exchange.getRequestURI().getPath().equals("/x") ? "/y" : "/forbidden");
            HubStandIn.respond(exchange, 302);
            return true;
        };

        assertEquals("not there", assertThrows(DownloadException.class, this::save).getMessage());

        assertEquals(List.of(site.uri().resolve("/x"), site.uri().resolve("/y"), site.uri().resolve("/forbidden")), asked);
        assertEquals(List.of("GET /x", "GET /y"), site.requests);
    }

    @Test
    void aFileThatDoesNotFitOnTheDiskIsNotBegun() throws Exception {
        try (WebDownloads cramped = downloads(200 << 20); WebFile opened = cramped.open(site.uri().resolve("/x"), "x")) {
            DownloadException refused = assertThrows(DownloadException.class, () -> opened.save(part, MOST));
            assertTrue(refused.getMessage().startsWith("not enough space"), refused::getMessage);
        }
    }

    @Test
    void partsOfOthersThatRunStay() throws Exception {
        Files.writeString(folder.resolve("a.part"), "left");
        try (PartFile theirs = PartFile.open(folder.resolve("b.part"), "b")) {
            WebDownloads.removeLeftParts(folder, "*.part");

            assertFalse(Files.exists(folder.resolve("a.part")));
            assertTrue(Files.exists(folder.resolve("b.part")));
            assertEquals(0, theirs.length());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', value = {
        "attachment; filename=\"a b.safetensors\" | a b.safetensors", "attachment; filename=x.safetensors | x.safetensors",
        "attachment; filename=\"plain.x\"; filename*=UTF-8''caf%C3%A9.x | café.x", "attachment; FILENAME=\"q\\\"uote\" | q\"uote",
        "attachment; filename*=UTF-8''%zz; filename=y | y", "inline | ", "attachment; filename=\"open | ",
    })
    void aServerMayProposeAName(String header, String name) {
        assertEquals(Optional.ofNullable(name), ContentDisposition.fileName(header));
    }

    @Test
    void aHeaderWithoutEndCostsNothing() {
        assertEquals(Optional.empty(), ContentDisposition.fileName("attachment; filename=\"" + "a\\".repeat(100_000)));
        assertEquals(Optional.empty(), ContentDisposition.fileName("attachment; filename=\"" + "a".repeat(4000)));
    }

    private WebFile.Saved save() throws DownloadException, InterruptedException {
        try (WebFile opened = downloads.open(site.uri().resolve("/x"), "x")) {
            return opened.save(part, MOST);
        }
    }

    private WebDownloads downloads(long space) {
        WebAccess access = uri -> {
            asked.add(uri);
            if (uri.getPath().equals("/forbidden")) {
                throw new DownloadException("not there");
            }
            return HttpRequest.newBuilder(uri);
        };
        return new WebDownloads(
                DownloadSettings.of(site.uri(), Optional::empty).withRetries(2),
                access,
                new Surroundings(InstantSource.system(), waits::add, path -> space));
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return Arrays.copyOf(bytes, size);
    }
}
